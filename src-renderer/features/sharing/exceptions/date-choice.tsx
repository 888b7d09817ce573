import 'dayjs/locale/de'
import '@mantine/dates/styles.css'
import { DatePicker, DatesProvider } from '@mantine/dates'
import { useFormat, useText } from '../../../state/text.tsx'

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
  const { language } = useFormat()
  const text = useText().sharing.exceptions
  return (
    <DatesProvider settings={{ locale: language, firstDayOfWeek: 1, weekendDays: [] }}>
      <DatePicker
        value={null}
        defaultDate={today}
        minDate={today}
        previousLabel={text.earlier}
        nextLabel={text.later}
        excludeDate={(date) => taken.includes(date)}
        onChange={(date) => date !== null && onDate(date)}
      />
    </DatesProvider>
  )
}
