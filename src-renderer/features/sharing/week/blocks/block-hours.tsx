import { NativeSelect } from '@mantine/core'
import { useFormat, useText } from '../../../../state/text.tsx'
import { CELLS_PER_DAY, DAYS, MINUTES_PER_CELL, type Span } from '../week-paint.ts'
import { cellOf, pointOf } from '../week-selection.ts'
import { clockText, dayName } from '../week-text.ts'
import classes from './block-hours.module.css'

/** The day and hours of a block as three choices, which work without a pointer. */
export function BlockHours({
  span,
  hasDay = true,
  label,
  onChange,
}: {
  readonly span: Span
  /** Whether its day may be chosen, too. */
  readonly hasDay?: boolean
  /** The name of the group of choices. */
  readonly label: string
  readonly onChange: (span: Span) => void
}) {
  const text = useText().sharing
  const { language } = useFormat()
  const { day, slot } = pointOf(span.start)
  const until = (cells: number) => {
    const end = slot + cells
    const time = clockText((end % CELLS_PER_DAY || CELLS_PER_DAY) * MINUTES_PER_CELL)
    return end > CELLS_PER_DAY ? `${time} ${text.block.nextDay}` : time
  }
  return (
    <div role="group" aria-label={label} className={classes['hours']}>
      {hasDay && (
        <NativeSelect
          size="xs"
          aria-label={text.grid.day}
          className={classes['day'] ?? ''}
          value={day}
          data={Array.from({ length: DAYS }, (_, one) => ({
            value: String(one),
            label: dayName(language, one),
          }))}
          onChange={(event) =>
            onChange({ ...span, start: cellOf({ day: Number(event.currentTarget.value), slot }) })
          }
        />
      )}
      <NativeSelect
        size="xs"
        aria-label={text.block.from}
        className={classes['from'] ?? ''}
        value={slot}
        data={Array.from({ length: CELLS_PER_DAY }, (_, one) => ({
          value: String(one),
          label: clockText(one * MINUTES_PER_CELL),
        }))}
        onChange={(event) => onChange(begunAt(span, Number(event.currentTarget.value)))}
      />
      <span aria-hidden="true">–</span>
      <NativeSelect
        size="xs"
        aria-label={text.block.to}
        className={classes['to'] ?? ''}
        value={span.cells}
        data={Array.from({ length: CELLS_PER_DAY }, (_, i) => ({
          value: String(i + 1),
          label: until(i + 1),
        }))}
        onChange={(event) => onChange({ ...span, cells: Number(event.currentTarget.value) })}
      />
    </div>
  )
}

/** Begun at another time of the same day, ended when it was where that is later, and as long as it was otherwise. */
function begunAt(span: Span, slot: number): Span {
  const at = pointOf(span.start)
  const cells = span.cells + at.slot - slot
  const start = cellOf({ day: at.day, slot })
  return { start, cells: cells >= 1 && cells <= CELLS_PER_DAY ? cells : span.cells }
}
