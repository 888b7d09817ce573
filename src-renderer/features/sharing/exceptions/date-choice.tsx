import { DatePicker } from '@mantine/dates'
import { useText } from '../../../state/text.tsx'
import { CalendarWords } from '../../../ui/dates/calendar-words.tsx'

/** A calendar to choose one date from; what is over or taken cannot be chosen. */
export function DateChoice({
  today,
  taken,
  onDate,
}: {
  /** `2026-12-24` */
  readonly today: string
  readonly taken: readonly string[]
  readonly onDate: (date: string) => void
}) {
  const text = useText().frame.calendar
  return (
    <CalendarWords>
      <DatePicker
        value={null}
        defaultDate={today}
        minDate={today}
        previousLabel={text.earlier}
        nextLabel={text.later}
        excludeDate={(date) => taken.includes(date)}
        onChange={(date) => date !== null && onDate(date)}
      />
    </CalendarWords>
  )
}
