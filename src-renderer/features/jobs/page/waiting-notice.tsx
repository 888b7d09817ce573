import { Button } from '@mantine/core'
import { IconHourglass } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { JobSummary, Waiting } from '#contract'
import { wordsOf } from '../../../job-kinds/table.ts'
import { useText } from '../../../state/text.tsx'
import { ShortageNotice } from './shortage-notice.tsx'
import classes from './waiting-notice.module.css'

/** Why a job does not go on, and what can be done about it. The node's own line, with its figures, is the tooltip. */
export function WaitingNotice({ job, waiting }: { readonly job: JobSummary; readonly waiting: Waiting }) {
  const messages = useText()
  const text = messages.jobs
  const { shortage } = waiting
  if (shortage !== undefined) {
    return <ShortageNotice job={job} shortage={shortage} message={waiting.message} />
  }
  const { why, todo } = wordsOf(job, messages).waiting?.[waiting.kind] ?? text.waiting[waiting.kind]
  const toPeople = waiting.kind === 'nobody-trusts-you' || waiting.kind === 'nobody-runs-it'
  return (
    <div role="status" className={classes['notice']} title={waiting.message}>
      <IconHourglass size={20} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        <p className={classes['why']}>{why}</p>
        <p className={classes['todo']}>{todo}</p>
      </div>
      <Button component={Link} href={toPeople ? '/people' : '/sharing'} size="xs">
        {toPeople ? text.toPeople : text.toSharing}
      </Button>
    </div>
  )
}
