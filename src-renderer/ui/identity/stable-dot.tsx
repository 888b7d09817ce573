import { useColorOf } from './own-key.tsx'
import classes from './stable-dot.module.css'

/** A dot in a person's colour; the name beside it says who it is. */
export function StableDot({
  of,
  size = 10,
  isHollow = false,
}: {
  /** Their key. */
  readonly of: string
  /** Pixels. */
  readonly size?: number
  /** For an absent person. */
  readonly isHollow?: boolean
}) {
  const color = useColorOf()(of)
  return (
    <span
      aria-hidden="true"
      className={classes['dot']}
      style={{ width: size, height: size, borderColor: color, background: isHollow ? 'transparent' : color }}
    />
  )
}
