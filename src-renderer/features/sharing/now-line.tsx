import { sharingWords } from '#text'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import classes from './now-line.module.css'

/** States that the user may want to end. */
const PAUSED: ReadonlySet<string> = new Set(['paused-by-rule', 'paused-by-user', 'disk-full', 'finishing'])

/** Whether this PC shares right now, or why not and since when. What to do about it is in the window's header. */
export function NowLine() {
  const messages = useText()
  const text = messages.sharing.now
  const format = useFormat()
  const now = useNode((node) => node.sharing)
  if (now === undefined) return <span className={classes['line']} />
  const words = sharingWords(messages, format, now)
  const said = 'since_ms' in now ? text.since(words, format.time(now.since_ms)) : words
  const tone = PAUSED.has(now.kind) ? 'warn' : now.kind === 'sharing' ? 'good' : 'off'
  return (
    <span className={classes['line']} data-tone={tone}>
      <span className={classes['dot']} aria-hidden="true" />
      <span>
        <span className={classes['words']}>{said}.</span> {tone !== 'good' && text.ownJobs}
      </span>
    </span>
  )
}
