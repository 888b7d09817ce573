import { Skeleton, Tooltip } from '@mantine/core'
import type { DayStatistics } from '#contract'
import type { Query } from '../../connection/calls.tsx'
import { useFormat, useText } from '../../state/text.tsx'
import { FaultNotice } from '../../ui/notices/fault-notice.tsx'
import { Sparkline } from '../../ui/charts/sparkline.tsx'
import classes from './today.module.css'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const WEEK_DAYS = 7

/** Three figures of the day, each with its week. */
export function Today({ days }: { readonly days: Query<DayStatistics[]> }) {
  const text = useText().overview.today
  const format = useFormat()
  if (days.state === 'failed') return <FaultNotice message={days.message} onRetry={days.retry} />
  const known = days.state === 'ready' ? days.value.slice(-WEEK_DAYS) : undefined
  // Less than an hour is told in minutes: two of them are not nothing.
  const hours = (value: number): string =>
    value > 0 && value < 1
      ? format.duration(wholeMinutes(value * HOUR_MS))
      : text.hours(format.number(value, value < 10 ? 1 : 0))
  return (
    <section aria-label={text.title} className={classes['today']}>
      <Figure
        label={text.shared}
        hint={text.sharedHint}
        values={known?.map(({ shared_ms }) => shared_ms / HOUR_MS)}
        written={hours}
      />
      <Figure
        label={text.given}
        hint={text.givenHint}
        values={known?.map(({ cpu_ms_for_others }) => cpu_ms_for_others / HOUR_MS)}
        units={known?.at(-1)?.units_for_others}
        written={hours}
      />
      <Figure
        label={text.got}
        hint={text.gotHint}
        values={known?.map(({ cpu_ms_by_others }) => cpu_ms_by_others / HOUR_MS)}
        units={known?.at(-1)?.units_by_others}
        written={hours}
      />
    </section>
  )
}

/** Without the seconds, once there is a minute. */
function wholeMinutes(ms: number): number {
  return ms < MINUTE_MS ? ms : Math.floor(ms / MINUTE_MS) * MINUTE_MS
}

interface FigureProps {
  readonly label: string
  readonly hint: string
  /** By day, today last; undefined while they are on their way. */
  readonly values: readonly number[] | undefined
  /** Units that today’s value was for. */
  readonly units?: number | undefined
  readonly written: (value: number) => string
}

function Figure({ label, hint, values, units, written }: FigureProps) {
  const text = useText().overview.today
  const format = useFormat()
  const yesterday = values?.at(-2)
  const week = values?.map(written).join(', ') ?? ''
  return (
    <Tooltip label={`${hint}. ${week}`} disabled={values === undefined}>
      <div className={classes['figure']}>
        <p className={classes['label']}>{label}</p>
        {values === undefined ? (
          <Skeleton height={32} width={72} />
        ) : (
          <p className={classes['value']}>{written(values.at(-1) ?? 0)}</p>
        )}
        <p className={classes['before']}>
          {[
            ...(units === undefined || units === 0 ? [] : [text.inUnits(units, format.number(units))]),
            yesterday === undefined ? ' ' : text.before(written(yesterday)),
          ].join(' · ')}
        </p>
        <div className={classes['spark']}>
          {values !== undefined && (
            <Sparkline values={values} label={`${text.week(label)}: ${week}`} width={112} height={40} />
          )}
        </div>
      </div>
    </Tooltip>
  )
}
