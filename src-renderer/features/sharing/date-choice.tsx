import 'dayjs/locale/de'
import '@mantine/dates/styles.css'
import { DatePicker, DatesProvider } from '@mantine/dates'
import { useFormat } from '../../state/text.tsx'

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
  return (
    <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
      <DatePicker
        value={null}
        defaultDate={today}
        minDate={today}
        excludeDate={(date) => taken.includes(date)}
        onChange={(date) => date !== null && onDate(date)}
      />
    </DatesProvider>
  )
}
