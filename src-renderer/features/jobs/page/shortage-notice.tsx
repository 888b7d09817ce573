import { useState } from 'react'
import { Button } from '@mantine/core'
import { IconUserQuestion } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { JobSummary, Shortage } from '#contract'
import type { Format, Messages } from '#text'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { wordsOf } from '../../../job-kinds/table.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import classes from './waiting-notice.module.css'

/** People who are named; the others who left are counted. */
const NAMED_MAX = 2

/** That a job needs more PCs than are there: who left and when, and how it goes on. */
export function ShortageNotice({
  job,
  shortage,
  message,
}: {
  readonly job: JobSummary
  readonly shortage: Shortage
  /** The node's own line, for the tooltip. */
  readonly message: string
}) {
  const messages = useText()
  const text = messages.jobs.shortage
  const format = useFormat()
  const [isAsking, setIsAsking] = useState(false)
  const { needed, here, may_lower_to: fewer } = shortage
  const needs = wordsOf(job, messages).needsPcs ?? text.needs
  const why = [
    ...leftWords(shortage, text, format),
    needs(messages.jobs.checksOf(needed, format.number(needed)), here, format.number(here)),
  ]
  return (
    <div className={classes['notice']} title={message}>
      <IconUserQuestion size={20} aria-hidden="true" className={classes['icon']} />
      <div role="status" className={classes['words']}>
        <p className={classes['why']}>{why.join(' ')}</p>
        {(!isAsking || fewer === undefined) && <p className={classes['todo']}>{text.todo}</p>}
      </div>
      {isAsking && fewer !== undefined ? (
        <LowerQuestion job={job} fewer={fewer} onClose={() => setIsAsking(false)} />
      ) : (
        <div className={classes['actions']}>
          {fewer !== undefined && (
            <Button size="xs" onClick={() => setIsAsking(true)}>
              {text.lower(messages.jobs.checksOf(fewer, format.number(fewer)))}
            </Button>
          )}
          <Button component={Link} href="/people/add" size="xs">
            {messages.people.add}
          </Button>
        </div>
      )}
    </div>
  )
}

/** What it means that fewer PCs check, and the two answers. */
function LowerQuestion({
  job,
  fewer,
  onClose,
}: {
  readonly job: JobSummary
  readonly fewer: number
  readonly onClose: () => void
}) {
  const calls = useCalls()
  const run = useAction()
  const text = useText().jobs
  const format = useFormat()
  const pcs = text.checksOf(fewer, format.number(fewer))
  const question = text.shortage.ask(fewer, pcs)
  const lower = async (): Promise<void> => {
    onClose()
    await run(() => calls.jobs.lowerRedundancy({ job_id: job.job_id, redundancy: fewer }), {
      success: text.shortage.lowered(pcs),
    })
  }
  return (
    <div role="group" aria-label={question} className={classes['question']}>
      <p className={classes['todo']}>{question}</p>
      <div className={classes['actions']}>
        {/* The safe button has the focus, in case of a mistake. */}
        <Button size="xs" autoFocus onClick={onClose}>
          {text.shortage.wait}
        </Button>
        <Button size="xs" variant="filled" onClick={() => void lower()}>
          {text.shortage.lower(pcs)}
        </Button>
      </div>
    </div>
  )
}

/** A sentence for each of the first who left, and one for the others. */
function leftWords(
  { left }: Shortage,
  text: Messages['jobs']['shortage'],
  format: Format,
): readonly string[] {
  const others = left.length - NAMED_MAX
  return [
    ...left
      .slice(0, NAMED_MAX)
      .map(({ name, away: { kind, since_ms } }) =>
        text.left[kind](name, since_ms === undefined ? undefined : format.time(since_ms)),
      ),
    ...(others > 0 ? [text.othersLeft(others, format.number(others))] : []),
  ]
}
