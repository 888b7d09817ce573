import 'dayjs/locale/de'
import '@mantine/dates/styles.css'
import { DatesProvider } from '@mantine/dates'
import type { ReactNode } from 'react'
import { useFormat } from '../../state/text.tsx'

/** Calendars within are in the language of the program; a week begins on Monday, as in the week that is painted. */
export function CalendarWords({ children }: { readonly children: ReactNode }) {
  const { language } = useFormat()
  return (
    <DatesProvider settings={{ locale: language, firstDayOfWeek: 1, weekendDays: [] }}>
      {children}
    </DatesProvider>
  )
}
