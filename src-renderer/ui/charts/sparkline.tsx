import { sparkPath } from './spark-path.ts'
import classes from './sparkline.module.css'

/** The course of a figure without axes; `label` says it in words for screen readers. */
export function Sparkline({
  values,
  label,
  width = 96,
  height = 28,
  min,
  max,
}: {
  /** Oldest first; null where nothing is known. */
  readonly values: readonly (number | null)[]
  readonly label: string
  /** Pixels. */
  readonly width?: number
  readonly height?: number
  /** The ends of the scale; of the values when absent. */
  readonly min?: number
  readonly max?: number
}) {
  const { line, area, last } = sparkPath(values, { width, height, min, max })
  return (
    <svg role="img" aria-label={label} width={width} height={height} className={classes['spark']}>
      <path d={area} className={classes['area']} />
      <path d={line} className={classes['line']} />
      {last !== undefined && <circle cx={last.x} cy={last.y} r={2.5} className={classes['dot']} />}
    </svg>
  )
}
