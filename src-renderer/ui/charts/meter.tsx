import { useId, type ReactNode } from 'react'
import classes from './meter.module.css'

/** How much of something is taken: words, then figures, then the bar. */
export function Meter({
  label,
  value,
  max,
  figures,
  tone = 'accent',
}: {
  readonly label: ReactNode
  /** In the unit of `max`. */
  readonly value: number
  readonly max: number
  /** Value and maximum as written out. */
  readonly figures: string
  readonly tone?: 'accent' | 'good' | 'warn' | 'bad'
}) {
  const labelId = useId()
  const fraction = max > 0 && Number.isFinite(value) ? Math.min(1, Math.max(0, value / max)) : 0
  return (
    <div className={classes['meter']}>
      <div className={classes['words']}>
        <span id={labelId}>{label}</span>
        <span className={classes['figures']}>{figures}</span>
      </div>
      <div
        role="meter"
        aria-labelledby={labelId}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(fraction * 100)}
        aria-valuetext={figures}
        className={classes['track']}
      >
        <div className={classes['bar']} data-tone={tone} style={{ transform: `scaleX(${fraction})` }} />
      </div>
    </div>
  )
}
