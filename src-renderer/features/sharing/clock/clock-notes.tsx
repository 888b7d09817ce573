import { IconClockHour3 } from '@tabler/icons-react'
import type { WeekPlan } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { clockChanges } from './clock-changes.ts'
import { isSharedOn } from '../exceptions/exception-dates.ts'
import { MINUTES_PER_CELL } from '../week/week-paint.ts'
import { clockText } from '../week/week-text.ts'
import classes from './clock-notes.module.css'

/** A change that is further away is of no concern yet. */
const DAYS_AHEAD = 35

/** Says when the clocks change soon, where the hour that is skipped or comes twice is a shared one. */
export function ClockNotes({ plan, nowMs }: { readonly plan: WeekPlan; readonly nowMs: number }) {
  const text = useText().sharing.grid
  const { language } = useFormat()
  const notes = clockChanges(plan.time_zone, nowMs, DAYS_AHEAD).filter(({ date, fromMinute, toMinute }) =>
    Array.from(
      { length: Math.ceil((toMinute - fromMinute) / MINUTES_PER_CELL) },
      (_, i) => fromMinute + i * MINUTES_PER_CELL,
    ).some((minute) => isSharedOn(plan, date, minute)),
  )
  if (notes.length === 0) return null
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', timeZone: 'UTC' })
  return (
    <ul className={classes['notes']}>
      {notes.map((note) => (
        <li key={note.atMs} className={classes['note']}>
          <IconClockHour3 size={16} aria-hidden="true" />
          {text[note.kind](
            clockText(note.fromMinute),
            clockText(note.toMinute),
            date.format(Date.parse(note.date)),
          )}
        </li>
      ))}
    </ul>
  )
}
