import { useState } from 'react'
import { Button } from '@mantine/core'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { Section } from '../../ui/layout/section.tsx'
import classes from './settings.module.css'

/** Stops the peer, after saying what happens to what runs here. */
export function StopSection() {
  const { stop: words } = useText().settings
  const calls = useCalls()
  const run = useAction()
  const isOpen = useNode((node) => node.connection === 'open')
  const [stage, setStage] = useState<'idle' | 'asked' | 'stopping'>('idle')
  const stop = async () => {
    setStage('stopping')
    const done = await run(() => calls.node.stop())
    if (done === undefined) setStage('idle')
  }
  if (!isOpen && stage === 'stopping')
    return (
      <Section title={words.stopped}>
        <div role="status">{words.stoppedText}</div>
      </Section>
    )
  return (
    <Section title={words.title}>
      {stage === 'idle' ? (
        <div className={classes['question']}>
          <p className={classes['description']}>{words.text}</p>
          <Button color="bad" variant="light" disabled={!isOpen} onClick={() => setStage('asked')}>
            {words.button}
          </Button>
        </div>
      ) : (
        <div className={classes['question']}>
          <p role="status">
            <strong>{words.question}</strong> <Consequence />
          </p>
          <div className={classes['buttons']}>
            <Button autoFocus disabled={stage === 'stopping'} onClick={() => setStage('idle')}>
              {words.keep}
            </Button>
            <Button color="bad" variant="filled" loading={stage === 'stopping'} onClick={() => void stop()}>
              {words.confirm}
            </Button>
          </div>
        </div>
      )}
    </Section>
  )
}

/** The effect of a stop on the units that run here now. */
function Consequence() {
  const { stop: words } = useText().settings
  const format = useFormat()
  const others = useNode((node) => node.unitsHere.filter((unit) => !unit.is_own).length)
  const own = useNode((node) => node.unitsHere.filter((unit) => unit.is_own).length)
  return (
    <>
      {others === 0 ? words.nothingRuns : words.unitsRun(others, format.number(others))}
      {own > 0 && ` ${words.ownUnitsRun(own, format.number(own))}`}
    </>
  )
}
