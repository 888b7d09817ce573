import { IconPlugConnectedX } from '@tabler/icons-react'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import classes from './lost-banner.module.css'

/** Says that what is shown is old, while the connection is being made again. */
export function LostBanner() {
  const text = useText()
  const isLost = useNode((node) => node.connection === 'lost')
  return (
    <div role="status">
      {isLost && (
        <div className={classes['banner']}>
          <IconPlugConnectedX size={18} aria-hidden="true" />
          {text.frame.connection.lost}
        </div>
      )}
    </div>
  )
}
