import { useMemo } from 'react'
import { qrPath } from './qr-path.ts'
import classes from './qr-code.module.css'

/** A text as a QR code: dark on light in both themes, because many cameras read nothing else. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { path, size } = useMemo(() => qrPath(text), [text])
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className={classes['code']}
    >
      <path d={path} />
    </svg>
  )
}
