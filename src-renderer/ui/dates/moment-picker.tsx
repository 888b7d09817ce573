import { DateTimePicker } from '@mantine/dates'
import { useId, type ReactNode } from 'react'
import { useFormat, useText } from '../../state/text.tsx'
import { CalendarWords } from './calendar-words.tsx'
import { localMoment, momentOf, usualMoments } from './local-moment.ts'

/** Props of a field for a day and a time. */
export interface MomentFieldProps {
  readonly label: string
  readonly hint?: string
  /** Milliseconds since 1970; absent while none is chosen. */
  readonly atMs: number | undefined
  readonly onMoment: (atMs: number | undefined) => void
  readonly nowMs: number
  readonly error?: ReactNode
  /** Whether moments that have passed may be chosen too; those to come alone when absent. */
  readonly isAnyDay?: boolean
}

/** The field itself: a calendar with a time beside it, and the usual moments. */
export function MomentPicker({
  label,
  hint,
  atMs,
  onMoment,
  nowMs,
  error,
  isAnyDay = false,
}: MomentFieldProps) {
  const format = useFormat()
  const text = useText().frame.calendar
  const { tonight, tomorrow, monday } = usualMoments(nowMs)
  const id = useId()
  const preset = (moment: number, name: string) => ({ value: localMoment(moment), label: name })
  return (
    <CalendarWords>
      <DateTimePicker
        id={id}
        // The dropdown is named after the field, which is a button: its name must hold the value too.
        popoverProps={{ id }}
        label={label}
        aria-label={`${label}: ${atMs === undefined ? text.anyTime : format.time(atMs)}`}
        {...(hint === undefined ? {} : { title: hint })}
        placeholder={text.anyTime}
        value={atMs === undefined ? null : localMoment(atMs)}
        onChange={(value) => onMoment(value === null ? undefined : momentOf(value))}
        valueFormat={(value) => format.time(momentOf(value) ?? Number.NaN)}
        {...(isAnyDay ? {} : { minDate: localMoment(nowMs).slice(0, 10) })}
        defaultTimeValue={isAnyDay ? '12:00' : '18:00'}
        presets={
          isAnyDay
            ? []
            : [
                ...(tonight === undefined ? [] : [preset(tonight, text.tonight)]),
                preset(tomorrow, text.tomorrowMorning),
                preset(monday, text.mondayMorning),
              ]
        }
        clearable={!isAnyDay}
        clearButtonProps={{ 'aria-label': text.clear }}
        submitButtonProps={{ 'aria-label': text.done }}
        timePickerProps={{ hoursInputLabel: text.hours, minutesInputLabel: text.minutes }}
        previousLabel={text.earlier}
        nextLabel={text.later}
        error={error}
      />
    </CalendarWords>
  )
}
