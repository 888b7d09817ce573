import { IconQuestionMark } from '@tabler/icons-react'
import type { JobSummary } from '#contract'
import { useText } from '../../state/text.tsx'
import classes from './unknown-kind-notice.module.css'

/** Says that this version does not know the job's kind, and what is shown of it all the same. */
export function UnknownKindNotice({ job }: { readonly job: JobSummary }) {
  const text = useText().jobKinds.other
  return (
    <div role="note" className={classes['notice']}>
      <IconQuestionMark size={20} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        <p className={classes['what']}>{text.unknown(job.algorithm.id)}</p>
        <p className={classes['todo']}>{text.unknownTodo}</p>
      </div>
    </div>
  )
}
