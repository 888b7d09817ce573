import { Button, Textarea } from '@mantine/core'
import { IconCheck, IconHourglass, IconX } from '@tabler/icons-react'
import { useId, useState, type KeyboardEvent, type SubmitEvent } from 'react'
import type { PeerId } from '#contract'
import { useCalls } from '../connection/calls.tsx'
import { faultOfCall, faultText } from '../connection/fault-text.ts'
import { useNode } from '../state/node-store.ts'
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
  | { readonly state: 'waiting'; readonly name: string; readonly peer: PeerId }
  | { readonly state: 'failed'; readonly message: string }

/** The form for another person's code or link; `initialCode` is in it at first. */
export function TheirCode({
  initialCode = '',
  isPairingShown = false,
  onPaired,
}: {
  readonly initialCode?: string
  /** Whether people who are paired are named beside the form, which then does not name them, too. */
  readonly isPairingShown?: boolean
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
        <CourseNotice course={course} isPairingShown={isPairingShown} />
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
      setCourse({ state, name, peer: peer_id })
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

function CourseNotice({
  course,
  isPairingShown,
}: {
  readonly course: Course
  readonly isPairingShown: boolean
}) {
  const text = useText().people.enter
  switch (course.state) {
    case 'open':
      return null
    case 'asking':
      return <p className={classes['hint']}>{text.pairing}</p>
    case 'paired':
      return isPairingShown ? null : <Paired name={course.name} />
    case 'waiting':
      return <Asked key={course.peer} {...course} isPairingShown={isPairingShown} />
    case 'failed':
      return <FaultNotice message={course.message} />
  }
}

function Paired({ name }: { readonly name: string }) {
  const text = useText().people.enter
  return (
    <p className={classes['good']}>
      <IconCheck size={18} aria-hidden="true" />
      <span dir="auto">{text.paired(name)}</span>
    </p>
  )
}

/** A person who was asked, until they have answered; then their answer. */
function Asked({
  name,
  peer,
  isPairingShown,
}: {
  readonly name: string
  readonly peer: PeerId
  readonly isPairingShown: boolean
}) {
  const text = useText().people
  const person = useNode((node) => node.people.get(peer))
  const isOpen = useNode((node) =>
    node.pairRequests.some(({ direction, peer_id }) => direction === 'outgoing' && peer_id === peer),
  )
  // The answer to the call may be here before the news of the request.
  const [wasOpen, setWasOpen] = useState(isOpen)
  if (isOpen && !wasOpen) setWasOpen(true)
  if (person !== undefined) return isPairingShown ? null : <Paired name={person.name} />
  const isOver = wasOpen && !isOpen
  return (
    <p className={classes['good']} data-is-over={isOver}>
      {isOver ? <IconX size={18} aria-hidden="true" /> : <IconHourglass size={18} aria-hidden="true" />}
      <span dir="auto">{isOver ? text.requests.refused(name) : text.enter.waiting(name)}</span>
    </p>
  )
}
