import { statusLine } from '#text'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { countRunning } from './running-jobs.ts'
import { RunningJob } from './running-job.tsx'
import { PauseMenu } from './pause-menu.tsx'
import classes from './header.module.css'

/** The app's one sentence about now, and the way to pause. */
export function Header() {
  const text = useText()
  const format = useFormat()
  const sentence = useNode((node) =>
    statusLine(text, format, {
      sharing: node.sharing,
      workingFor: node.workingFor,
      runningJobs: countRunning(node.jobs),
      connection: node.connection,
    }),
  )
  return (
    <header className={classes['header']}>
      <p role="status" title={sentence} className={classes['sentence']}>
        {sentence}
      </p>
      <RunningJob />
      <PauseMenu />
    </header>
  )
}
