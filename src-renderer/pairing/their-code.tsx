import { Button, Textarea } from '@mantine/core'
import { IconCheck, IconHourglass } from '@tabler/icons-react'
import { useId, useState, type KeyboardEvent, type SubmitEvent } from 'react'
import { useCalls } from '../connection/calls.tsx'
import { faultOfCall, faultText } from '../connection/fault-text.ts'
import { useText } from '../state/text.tsx'
import { FaultNotice } from '../ui/notices/fault-notice.tsx'
import { noteEntered } from './my-invite.ts'
import { pairFaultText } from './pair-fault.ts'
import { readPastedCode } from './pasted-code.ts'
import { TRUST_AT_FIRST } from './trust-step.ts'
import { TrustSlider } from './trust-slider.tsx'
import classes from './their-code.module.css'

type Course =
  | { readonly state: 'open' }
  | { readonly state: 'asking' }
  | { readonly state: 'paired'; readonly name: string }
  | { readonly state: 'waiting'; readonly name: string }
  | { readonly state: 'failed'; readonly message: string }

/** The form for another person's code or link; `initialCode` is in it at first. */
export function TheirCode({
  initialCode = '',
  onPaired,
}: {
  readonly initialCode?: string
  /** Called once they are paired, or have been asked. */
  readonly onPaired?: () => void
}) {
  const text = useText().people.enter
  const labelId = useId()
  const [pasted, setPasted] = useState(initialCode)
  const [trust, setTrust] = useState(TRUST_AT_FIRST)
  const { course, ask, reopen } = usePairingByCode()

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!(await ask(pasted, trust))) return
    setPasted('')
    onPaired?.()
  }

  return (
    <form className={classes['enter']} onSubmit={(event) => void submit(event)}>
      <p id={labelId} className={classes['hint']}>
        {text.hint}
      </p>
      <Textarea
        aria-label={text.label}
        aria-describedby={labelId}
        placeholder={text.placeholder}
        rows={3}
        value={pasted}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={(event) => {
          setPasted(event.currentTarget.value)
          reopen()
        }}
        onKeyDown={submitByEnter}
        classNames={{ input: classes['input'] ?? '' }}
      />
      <div className={classes['row']}>
        <div className={classes['trust']}>
          <TrustSlider trust={trust} label={text.trust} onChange={setTrust} caption={text.trust} />
        </div>
        <Button
          type="submit"
          variant="filled"
          disabled={pasted.trim() === ''}
          loading={course.state === 'asking'}
        >
          {text.pair}
        </Button>
      </div>
      <div aria-live="polite">
        <CourseNotice course={course} />
      </div>
    </form>
  )
}

/** A code has no lines: Enter sends it, as in a field of one line. */
function submitByEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
  event.currentTarget.form?.requestSubmit()
  event.preventDefault()
}

/** Pairs by a pasted code, one at a time, and keeps how that goes. `ask` is true once they are paired or asked. */
function usePairingByCode() {
  const messages = useText()
  const calls = useCalls()
  const [course, setCourse] = useState<Course>({ state: 'open' })

  async function ask(pasted: string, trust: number): Promise<boolean> {
    if (course.state === 'asking') return false
    const read = readPastedCode(pasted)
    if (read.kind !== 'code') {
      setCourse({ state: 'failed', message: messages.people.enter.noCode })
      return false
    }
    setCourse({ state: 'asking' })
    try {
      const { state, name, peer_id } = await calls.people.pair({ code: read.code, trust })
      noteEntered(calls, peer_id)
      setCourse({ state, name })
      return true
    } catch (error) {
      const fault = faultOfCall(error)
      const message =
        fault === undefined ? faultText(error, messages) : pairFaultText(fault, messages.people.pairFault)
      setCourse({ state: 'failed', message })
      return false
    }
  }

  /** Puts away how the last code went, because another is being written. */
  function reopen(): void {
    if (course.state !== 'asking') setCourse({ state: 'open' })
  }

  return { course, ask, reopen }
}

function CourseNotice({ course }: { readonly course: Course }) {
  const text = useText().people.enter
  switch (course.state) {
    case 'open':
      return null
    case 'asking':
      return <p className={classes['hint']}>{text.pairing}</p>
    case 'paired':
      return (
        <p className={classes['good']}>
          <IconCheck size={18} aria-hidden="true" />
          <span dir="auto">{text.paired(course.name)}</span>
        </p>
      )
    case 'waiting':
      return (
        <p className={classes['good']}>
          <IconHourglass size={18} aria-hidden="true" />
          <span dir="auto">{text.waiting(course.name)}</span>
        </p>
      )
    case 'failed':
      return <FaultNotice message={course.message} />
  }
}
