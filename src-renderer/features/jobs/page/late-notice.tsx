import { Button } from '@mantine/core'
import { IconClockExclamation } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { JobSummary } from '#contract'
import { wordsOf } from '../../../job-kinds/table.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { latenessOf } from '../../../state/job-words.ts'
import classes from './waiting-notice.module.css'

/** That a job will miss its deadline, by how much, and what can be done about it. Nothing for all others. */
export function LateNotice({ job }: { readonly job: JobSummary }) {
  const messages = useText()
  const text = messages.jobs
  const format = useFormat()
  const late = latenessOf([job])
  if (late === undefined || job.deadline_ms === undefined) return null
  return (
    <div role="status" className={classes['notice']}>
      <IconClockExclamation size={20} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        <p className={classes['why']}>
          {late.byMs === undefined ? text.late.passed : text.late.will(format.roughly(late.byMs))}
        </p>
        <p className={classes['todo']}>{wordsOf(job, messages).lateTodo ?? text.late.todo}</p>
      </div>
      <Button component={Link} href="/people" size="xs">
        {text.toPeople}
      </Button>
    </div>
  )
}
