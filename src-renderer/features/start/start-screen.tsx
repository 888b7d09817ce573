import { Button, Tooltip } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { useToastRoom } from '../../ui/notices/toast-room.ts'
import { PcCard } from './pc-card.tsx'
import { WhenCard } from './when-card.tsx'
import { WhomCard } from './whom-card.tsx'
import { presetOf, suggestedPreset, type Preset } from './preset.ts'
import { isInUseUnreadable } from './in-use.ts'
import { useOwnName } from './use-own-name.ts'
import { useSharingChoice } from './use-sharing-choice.ts'
import classes from './start-screen.module.css'

const STEPS = ['pc', 'when', 'whom'] as const
type Step = (typeof STEPS)[number]

/** The first start: three calm cards, each of which can be skipped. */
export function StartScreen() {
  const text = useText().start
  const [step, setStep] = useState<Step>('pc')
  /** The answer that is shown as chosen before the user chooses. */
  const [suggested, setSuggested] = useState<Preset>()
  const [picked, setPicked] = useState<Preset>()
  const chosen = picked ?? suggested
  const name = useOwnName()
  const [, navigate] = useLocation()
  const calls = useCalls()
  const run = useAction()
  const apply = useSharingChoice()
  const headline = useRef<HTMLHeadingElement>(null)
  const foot = useRef<HTMLElement>(null)
  useToastRoom(foot)
  const isIdleUnreadable = useNode(isInUseUnreadable)
  const at = STEPS.indexOf(step)

  // A user of a screen reader or of the keyboard begins at the top of the new card.
  const isFirstCard = useRef(true)
  useEffect(() => {
    if (!isFirstCard.current) headline.current?.focus()
    isFirstCard.current = false
  }, [step])

  async function finish(isSkipped: boolean, place?: string): Promise<void> {
    // A name that was begun is kept; one that was emptied is not worth holding the user up.
    if (step === 'pc' && !name.isEmpty && !(await name.save())) return
    if (isSkipped && step !== 'whom' && !(await shareAsSuggested())) return
    const done = await run(() => calls.preferences.set({ first_start_done: true }))
    const next = place ?? (!isSkipped && chosen === 'choose' ? '/sharing' : '/')
    if (done !== undefined) navigate(next, { replace: true })
  }

  /** A new PC shares also while it is used, because nothing was chosen yet: a user who skips gets what is suggested. */
  async function shareAsSuggested(): Promise<boolean> {
    const known = await run(async () => presetOf(await calls.sharing.get()) ?? 'choose')
    return known === undefined ? false : known !== 'always' || apply(suggestedPreset(known, isIdleUnreadable))
  }

  async function goOn(): Promise<void> {
    if (step === 'pc' && !(await name.save())) return
    if (step === 'when' && chosen !== undefined && !(await apply(chosen))) return
    const next = STEPS[at + 1]
    if (next === undefined) await finish(false)
    else setStep(next)
  }

  return (
    <div className={classes['start']}>
      <StartHead at={at} />
      <section aria-labelledby="start-card" className={classes['card']}>
        <p className={classes['count']}>{text.step(at + 1, STEPS.length)}</p>
        <h2 id="start-card" ref={headline} tabIndex={-1} className={classes['title']}>
          {text[step].title}
        </h2>
        <p className={classes['sentence']}>{text[step].sentence}</p>
        {step === 'pc' && <PcCard name={name} onEnter={() => void goOn()} />}
        {step === 'when' && <WhenCard chosen={chosen} onChoose={setPicked} onSuggest={setSuggested} />}
        {step === 'whom' && <WhomCard />}
      </section>
      <footer ref={foot} className={classes['foot']}>
        <Tooltip label={text.skipHint}>
          <Button variant="subtle" onClick={() => void finish(true)}>
            {text.skip}
          </Button>
        </Tooltip>
        <span className={classes['gap']} />
        {at > 0 && <Button onClick={() => setStep(STEPS[at - 1] ?? 'pc')}>{text.back}</Button>}
        {at < STEPS.length - 1 ? (
          <Button variant="filled" onClick={() => void goOn()}>
            {text.next}
          </Button>
        ) : (
          <>
            <Button onClick={() => void goOn()}>{text.finish}</Button>
            <Button variant="filled" onClick={() => void finish(false, '/jobs/new')}>
              {text.tryIt}
            </Button>
          </>
        )}
      </footer>
    </div>
  )
}

/** The welcome, and a mark for each card up to the one at `at`. */
function StartHead({ at }: { readonly at: number }) {
  const text = useText().start
  return (
    <header className={classes['head']}>
      <h1 className={classes['welcome']}>{text.title}</h1>
      <p className={classes['hint']}>{text.steps}</p>
      <ol aria-hidden="true" className={classes['steps']}>
        {STEPS.map((name, index) => (
          <li key={name} data-done={index <= at || undefined} className={classes['step']} />
        ))}
      </ol>
    </header>
  )
}
