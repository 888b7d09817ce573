import { Suspense, useState } from 'react'
import { ActionIcon, Button, Popover, SegmentedControl, Skeleton } from '@mantine/core'
import { IconPlus, IconTrash, IconX } from '@tabler/icons-react'
import { EXCEPTIONS_MAX, type DateException, type WeekPlan } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { offerUndo } from '../../../ui/notices/undo-toast.tsx'
import { BlockHours } from '../week/blocks/block-hours.tsx'
import { wallTime } from '../clock/clock-changes.ts'
import { usualHours, withDate, withHours, withMoreHours, withoutDate } from './exception-dates.ts'
import { MINUTES_PER_CELL, spanOf, type Span } from '../week/week-paint.ts'
import { clockText, hoursText } from '../week/week-text.ts'
import classes from './exceptions-section.module.css'
import { lazyPart } from '../../../ui/lazy-part.ts'

/** The calendar is large and seldom needed. */
const DateChoice = lazyPart(async () => (await import('./date-choice.tsx')).DateChoice)
/** The contract's bound for one date. */
const STRETCHES_MAX = 48

/** Dates on which other hours are shared than in every week, or none. */
export function ExceptionsSection({
  plan,
  nowMs,
  onPlan,
}: {
  readonly plan: WeekPlan
  readonly nowMs: number
  readonly onPlan: (plan: WeekPlan) => void
}) {
  const text = useText().sharing.exceptions
  const [isAdding, setIsAdding] = useState(false)
  const today = dateIn(plan.time_zone, nowMs)
  const isFull = plan.exceptions.length >= EXCEPTIONS_MAX
  const add = (date: string) => {
    setIsAdding(false)
    onPlan(withDate(plan, date))
  }
  const adding = (
    <Popover opened={isAdding} onChange={setIsAdding} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button
          leftSection={<IconPlus size={16} aria-hidden="true" />}
          disabled={isFull}
          title={isFull ? text.full(EXCEPTIONS_MAX) : undefined}
          onClick={() => setIsAdding(!isAdding)}
        >
          {text.add}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={text.pick}>
        <Suspense fallback={<Skeleton width={252} height={272} />}>
          <DateChoice today={today} taken={plan.exceptions.map(({ date }) => date)} onDate={add} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
  return (
    <Section title={text.title} description={text.intro} actions={adding}>
      {plan.exceptions.length === 0 ? (
        <p className={classes['empty']}>{text.empty}</p>
      ) : (
        <ul className={classes['rows']}>
          {plan.exceptions.map((exception) => (
            <ExceptionRow
              key={exception.date}
              exception={exception}
              plan={plan}
              isPast={exception.date < today}
              onPlan={onPlan}
            />
          ))}
        </ul>
      )}
    </Section>
  )
}

function ExceptionRow({
  exception,
  plan,
  isPast,
  onPlan,
}: {
  readonly exception: DateException
  readonly plan: WeekPlan
  readonly isPast: boolean
  readonly onPlan: (plan: WeekPlan) => void
}) {
  const text = useText().sharing.exceptions
  const { language } = useFormat()
  const { date, blocks } = exception
  const written = new Intl.DateTimeFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(Date.parse(date))
  const setHours = (next: DateException['blocks']) => onPlan(withHours(plan, date, next))
  const remove = () => {
    onPlan(withoutDate(plan, date))
    offerUndo(text.removed(written), () => onPlan(plan))
  }
  return (
    <li className={classes['row']} data-is-past={isPast}>
      <div className={classes['date']}>
        <span>{written}</span>
        {isPast && <span className={classes['past']}>{text.past}</span>}
      </div>
      <div className={classes['what']}>
        <SegmentedControl
          size="xs"
          aria-label={text.kind(written)}
          value={blocks.length === 0 ? 'none' : 'hours'}
          data={[
            { value: 'none', label: text.notShared },
            { value: 'hours', label: text.otherHours },
          ]}
          onChange={(chosen) => setHours(chosen === 'none' ? [] : usualHours(plan, date))}
        />
        {blocks.length > 0 && (
          <StretchList label={text.hoursOn(written)} blocks={blocks} onBlocks={setHours} />
        )}
      </div>
      <ActionIcon aria-label={text.remove(written)} onClick={remove}>
        <IconTrash size={18} aria-hidden="true" />
      </ActionIcon>
    </li>
  )
}

function StretchList({
  label,
  blocks,
  onBlocks,
}: {
  readonly label: string
  readonly blocks: DateException['blocks']
  readonly onBlocks: (blocks: DateException['blocks']) => void
}) {
  const messages = useText()
  const text = messages.sharing.exceptions
  const change = (index: number) => (span: Span) =>
    onBlocks(
      blocks.map((block, at) =>
        at === index
          ? { ...block, start_minute: span.start * MINUTES_PER_CELL, minutes: span.cells * MINUTES_PER_CELL }
          : block,
      ),
    )
  return (
    <div className={classes['stretches']}>
      {blocks.map((block, index) => {
        const hours = hoursText(messages, block.start_minute, block.minutes)
        return (
          // By its place, so that what changes its hours keeps the focus.
          <div key={index} className={classes['stretch']}>
            <BlockHours
              span={spanOf({ ...block, day: 0 })}
              hasDay={false}
              label={`${label}: ${clockText(block.start_minute)}`}
              onChange={change(index)}
            />
            <ActionIcon
              size="sm"
              aria-label={text.removeHours(hours)}
              onClick={() => onBlocks(blocks.filter((_, at) => at !== index))}
            >
              <IconX size={16} aria-hidden="true" />
            </ActionIcon>
          </div>
        )
      })}
      {blocks.length < STRETCHES_MAX && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden="true" />}
          onClick={() => onBlocks(withMoreHours(blocks))}
        >
          {text.addHours}
        </Button>
      )}
    </div>
  )
}

function dateIn(zone: string, nowMs: number): string {
  try {
    return wallTime(zone, nowMs).date
  } catch {
    return new Date(nowMs).toISOString().slice(0, 10)
  }
}
