import { Button, CloseButton, Tooltip } from '@mantine/core'
import { IconCheck, IconHeart } from '@tabler/icons-react'
import { useState } from 'react'
import type { JobHelp, JobSummary } from '#contract'
import { useAction, useCalls, useQuery } from '../connection/calls.tsx'
import { useFormat, useText } from '../state/text.tsx'
import { helpersSentence, isHelped, tookSentence } from './help-words.ts'
import classes from './help-notice.module.css'

/**
 * How long a done job took with the help of others, who gave how much, and one button that thanks them, once. `jobs` are one
 * thing for their user: a job, or the frames of an animation. Shows nothing where no other person's PC took part.
 */
export function HelpNotice(props: HelpNoticeProps) {
  return isHelped(props.jobs) ? <Help {...props} /> : null
}

interface HelpNoticeProps {
  readonly jobs: readonly JobSummary[]
  /** Called when the user puts the notice away; it has no button for that when absent. */
  readonly onPutAway?: () => void
}

function Help({ jobs, onPutAway }: HelpNoticeProps) {
  const messages = useText()
  const text = messages.thanks
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  const [first] = jobs
  const which = { job_id: first === undefined ? ('' as JobSummary['job_id']) : thankedId(first), whole: true }
  const asked = useQuery(`help ${which.job_id} ${jobs.length}`, (by) => by.jobs.help(which))
  const [after, setAfter] = useState<JobHelp>()
  const [isThanking, setIsThanking] = useState(false)
  const help = after ?? (asked.state === 'ready' ? asked.value : undefined)
  if (first === undefined || help === undefined || help.helpers.length === 0) return null
  const [helper] = help.helpers

  async function thank(): Promise<void> {
    setIsThanking(true)
    const done = await run(() => calls.jobs.thank(which))
    setIsThanking(false)
    if (done !== undefined) setAfter(done)
  }

  return (
    <section aria-label={text.label} className={classes['notice']}>
      <div className={classes['words']}>
        <p className={classes['took']}>{tookSentence(help, first.facts.kind, messages, format)}</p>
        <Tooltip label={text.gaveHint}>
          <p className={classes['gave']} dir="auto">
            {helpersSentence(help, messages, format)}
          </p>
        </Tooltip>
      </div>
      {help.thanks === 'possible' && (
        <Button
          size="xs"
          variant="filled"
          loading={isThanking}
          leftSection={<IconHeart size={16} aria-hidden="true" />}
          onClick={() => void thank()}
        >
          {help.helpers.length === 1 && helper !== undefined ? text.thankOne(helper.name) : text.thankAll}
        </Button>
      )}
      <p role="status" className={classes['thanked']}>
        {help.thanks === 'given' && (
          <>
            <IconCheck size={16} aria-hidden="true" />
            {text.thanked}
          </>
        )}
      </p>
      {onPutAway !== undefined && (
        <CloseButton aria-label={text.dismiss} title={text.dismiss} onClick={onPutAway} />
      )}
    </section>
  )
}

/** The id that thanks are given by: the animation's for a frame, else the job's. */
function thankedId({ job_id, series }: JobSummary): JobSummary['job_id'] {
  return series === undefined || series.count < 2 ? job_id : series.id
}
