import { Button } from '@mantine/core'
import { sharingWords } from '#text'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import classes from './now-line.module.css'

/** Whether this PC shares right now, since when not and why, and how to go on. */
export function NowLine() {
  const messages = useText()
  const { pause } = messages.frame
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  const now = useNode((node) => node.sharing)
  if (now === undefined) return <div className={classes['line']} aria-hidden="true" />
  const words = sharingWords(messages, format, now)
  const said = 'since_ms' in now ? messages.sharing.now.since(words, format.time(now.since_ms)) : words
  const isPaused = now.kind === 'paused-by-rule' || now.kind === 'paused-by-user' || now.kind === 'finishing'
  return (
    <div className={classes['line']} data-tone={isPaused ? 'warn' : now.kind === 'sharing' ? 'good' : 'off'}>
      <span className={classes['dot']} aria-hidden="true" />
      <span className={classes['words']}>{said}</span>
      {now.kind === 'paused-by-rule' && (
        <Button
          size="compact-sm"
          onClick={() =>
            void run(() => calls.sharing.shareAnyway({ rule: now.rule }), { success: pause.sharesAnyway })
          }
        >
          {pause.shareAnyway}
        </Button>
      )}
      {(now.kind === 'paused-by-user' || now.kind === 'finishing') && (
        <Button
          size="compact-sm"
          onClick={() => void run(() => calls.sharing.resume(), { success: pause.resumed })}
        >
          {pause.resume}
        </Button>
      )}
    </div>
  )
}
