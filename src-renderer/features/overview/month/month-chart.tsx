import { useMemo } from 'react'
import { Bar, BarChart, CartesianGrid, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useFormat, useText } from '../../../state/text.tsx'
import { scaleOf, writtenDates, type MonthDay, type MonthView } from './month-days.ts'
import classes from './month-chart.module.css'

/** As long as all motion of the program; none where stillness is asked for, which the library asks the system. */
const MOTION_MS = 120
const MARGIN = { top: 8, right: 12, bottom: 0, left: 0 }
const ROUND_UP: [number, number, number, number] = [3, 3, 0, 0]
/** Pixels; "12,000" and "30 min" fit, and what is longer gets more. */
const AXIS_WIDTH_MIN = 52
const DIGIT_WIDTH = 7
const AXIS_GAP = 12
/** Pixels; a single unit beside thousands is seen too. */
const BAR_LEAST = 2
const MINUTE_MS = 60_000

interface ChartProps {
  readonly days: readonly MonthDay[]
  readonly view: MonthView
}

/** The days as bars: what was given up from the line and what was got down from it, or the time shared. */
export function MonthChart({ days, view }: ChartProps) {
  const text = useText().overview
  const byDate = useMemo(() => new Map(days.map((day) => [day.date, day])), [days])
  const dateAxis = useDateAxis(days, byDate)
  const amountAxis = useAmountAxis(days, view)
  const bar = { stackId: 'day', radius: ROUND_UP, animationDuration: MOTION_MS }
  // The library tells where a bar ends in its stack: whether there is one at all is known by its day.
  const least = (key: 'given' | 'gotDown' | 'sharedMs') => (_end: unknown, day: number) =>
    days[day]?.[key] === 0 ? 0 : BAR_LEAST
  return (
    <BarChart
      accessibilityLayer
      responsive
      data={days}
      stackOffset="sign"
      barCategoryGap="22%"
      margin={MARGIN}
      aria-label={text.month.chart[view]}
      className={classes['chart'] ?? ''}
    >
      <CartesianGrid vertical={false} syncWithTicks stroke="var(--line)" />
      <XAxis dataKey="date" {...dateAxis} interval={0} tickLine={false} axisLine={false} />
      <YAxis {...amountAxis} interval={0} tickLine={false} axisLine={false} />
      <Tooltip
        cursor={{ fill: 'var(--surface-2)' }}
        isAnimationActive={false}
        content={({ active, label }) => (
          <div role="status">
            {active && <DayWords day={typeof label === 'string' ? byDate.get(label) : undefined} />}
          </div>
        )}
      />
      {view === 'units' ? (
        <>
          <Bar
            {...bar}
            dataKey="given"
            minPointSize={least('given')}
            fill="var(--accent)"
            stroke="var(--accent)"
          />
          <Bar
            {...bar}
            dataKey="gotDown"
            minPointSize={least('gotDown')}
            fill="var(--accent-soft)"
            stroke="var(--accent)"
          />
        </>
      ) : (
        <Bar
          {...bar}
          dataKey="sharedMs"
          minPointSize={least('sharedMs')}
          fill="var(--accent)"
          stroke="var(--accent)"
        />
      )}
      <ReferenceLine y={0} stroke="var(--line-strong)" />
    </BarChart>
  )
}

/** Which days are written under the bars, and how: today by its word, the others by their date. */
function useDateAxis(days: readonly MonthDay[], byDate: ReadonlyMap<string, MonthDay>) {
  const text = useText().overview.today
  const format = useFormat()
  const ticks = useMemo(() => writtenDates(days), [days])
  const today = days.at(-1)?.date
  return {
    ticks,
    tickFormatter: (date: string): string =>
      date === today ? text.title : format.date(byDate.get(date)?.atMs ?? NaN),
  }
}

/** The scale beside the bars, as wide as its longest figure. */
function useAmountAxis(days: readonly MonthDay[], view: MonthView) {
  const format = useFormat()
  const { domain, ticks } = useMemo(() => scaleOf(days, view), [days, view])
  const tickFormatter = (value: number): string =>
    view === 'units' ? format.number(Math.abs(value)) : value === 0 ? '0' : format.duration(value)
  const longest = Math.max(...ticks.map((tick) => tickFormatter(tick).length))
  const width = Math.max(AXIS_WIDTH_MIN, AXIS_GAP + DIGIT_WIDTH * longest)
  return { domain: [...domain], ticks, width, tickFormatter }
}

/** A day in plain words. */
function DayWords({ day }: { readonly day: MonthDay | undefined }) {
  const text = useText().overview.month
  const format = useFormat()
  const date = useMemo(
    () => new Intl.DateTimeFormat(format.language, { weekday: 'long', day: 'numeric', month: 'long' }),
    [format.language],
  )
  if (day === undefined) return undefined
  const isNothing = day.given + day.got === 0 && day.sharedMs < MINUTE_MS
  return (
    <div className={classes['words']}>
      <p className={classes['date']}>{date.format(day.atMs)}</p>
      {day.given > 0 && <p>{text.given(day.given, format.number(day.given))}</p>}
      {day.got > 0 && <p>{text.got(day.got, format.number(day.got))}</p>}
      {day.sharedMs >= MINUTE_MS && <p>{text.shared(format.duration(day.sharedMs))}</p>}
      {isNothing && <p>{text.nothing}</p>}
    </div>
  )
}
