import { SegmentedControl, Skeleton } from '@mantine/core'
import { Suspense, useMemo, useState } from 'react'
import type { DayStatistics } from '#contract'
import type { Query } from '../../../connection/calls.tsx'
import { useFormat, useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { monthOf, viewsOf, type Month as MonthDays, type MonthView } from './month-days.ts'
import classes from './month.module.css'
import { lazyPart } from '../../../ui/lazy-part.ts'

/** The chart's library is as large as the rest of the screen: it comes when there is something to draw. */
const MonthChart = lazyPart(async () => (await import('./month-chart.tsx')).MonthChart)

const HOUR_MS = 3_600_000

/** Units given and got on each of the last days, as a chart, and as a table for a screen reader. */
export function Month({ days }: { readonly days: Query<DayStatistics[]> }) {
  const text = useText().overview.month
  const known = days.state === 'ready' ? days.value : undefined
  const month = useMemo(() => (known === undefined ? undefined : monthOf(known)), [known])
  // The day's figures above come from the same answer: its fault is told there.
  if (days.state === 'failed') return undefined
  if (month === undefined) {
    return (
      <Section title={text.title}>
        <div className={classes['head']} />
        <div className={classes['chart']}>
          <Skeleton height="100%" />
        </div>
      </Section>
    )
  }
  const views = viewsOf(month)
  return (
    <Section title={text.title}>
      {views[0] === undefined ? (
        <p className={classes['none']}>{text.none}</p>
      ) : (
        <MonthCourse month={month} views={views} first={views[0]} />
      )}
    </Section>
  )
}

interface CourseProps {
  readonly month: MonthDays
  readonly views: readonly MonthView[]
  /** The one that is shown until another is chosen. */
  readonly first: MonthView
}

function MonthCourse({ month, views, first }: CourseProps) {
  const text = useText().overview
  const [chosen, setChosen] = useState<MonthView>()
  const view = chosen !== undefined && views.includes(chosen) ? chosen : first
  return (
    <div className={classes['month']}>
      <div className={classes['head']}>
        <Sums month={month} view={view} />
        {views.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={text.month.view}
            data={[
              { value: 'units', label: text.month.units },
              { value: 'hours', label: text.month.hours },
            ]}
            value={view}
            onChange={setChosen}
          />
        )}
      </div>
      <div className={classes['chart']}>
        <Suspense fallback={<Skeleton height="100%" />}>
          <MonthChart days={month.days} view={view} />
        </Suspense>
      </div>
      <MonthTable month={month} />
    </div>
  )
}

/** The sums of the days, each in its bars' colour: the chart's legend. */
function Sums({ month, view }: { readonly month: MonthDays; readonly view: MonthView }) {
  const text = useText().overview.month
  const format = useFormat()
  if (view === 'hours') {
    const hours = month.sharedMs / HOUR_MS
    return (
      <ul className={classes['sums']}>
        <li className={classes['given']}>{text.shared(`${format.number(hours, hours < 10 ? 1 : 0)} h`)}</li>
      </ul>
    )
  }
  return (
    <ul className={classes['sums']}>
      <li className={classes['given']}>{text.given(month.given, format.number(month.given))}</li>
      <li className={classes['got']}>{text.got(month.got, format.number(month.got))}</li>
    </ul>
  )
}

/** The same days in figures, the newest first, for a screen reader. */
function MonthTable({ month }: { readonly month: MonthDays }) {
  const text = useText().overview
  const format = useFormat()
  return (
    <div className="visually-hidden">
      <table>
        <caption>{text.month.table}</caption>
        <thead>
          <tr>
            <th scope="col">{text.month.day}</th>
            <th scope="col">{text.month.unitsGiven}</th>
            <th scope="col">{text.month.unitsGot}</th>
            <th scope="col">{text.today.shared}</th>
          </tr>
        </thead>
        <tbody>
          {month.days.toReversed().map((day) => (
            <tr key={day.date}>
              <th scope="row">{format.date(day.atMs)}</th>
              <td>{format.number(day.given)}</td>
              <td>{format.number(day.got)}</td>
              <td>{format.duration(day.sharedMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
