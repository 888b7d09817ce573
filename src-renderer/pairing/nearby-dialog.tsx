import { Button, Modal } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconHourglass } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import type { NearbyTry } from '#contract'
import { useAction, useCalls, type RunAction } from '../connection/calls.tsx'
import { useText } from '../state/text.tsx'
import { TRUST_AT_FIRST } from './trust-step.ts'
import { TrustSlider } from './trust-slider.tsx'
import classes from './nearby-dialog.module.css'

type Comparing = Extract<NearbyTry['state'], { kind: 'comparing' }>
type Ended = Extract<NearbyTry['state'], { kind: 'ended' }>

/** Asks the user to compare the number of a try to pair nearby, and says how it ended. */
export function NearbyDialog({ attempt }: { readonly attempt: NearbyTry }) {
  const text = useText().nearby.dialog
  const calls = useCalls()
  const run = useAction()
  const { peer_id, name, direction, state } = attempt
  const refuse = (reason: 'declined' | 'differ', block = false) =>
    void run(() => calls.nearby.refuse({ peer_id, reason, block }))
  // A click beside it is no answer. The head is no page header, which there is already; what locks the page's scrolling
  // brings inline styles, which the policy refuses.
  return (
    <Modal.Root
      opened
      centered
      onClose={() => refuse('declined')}
      closeOnClickOutside={false}
      lockScroll={false}
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <div className={classes['head']}>
            <Modal.Title>{direction === 'incoming' ? text.incoming(name) : text.outgoing(name)}</Modal.Title>
            <Modal.CloseButton aria-label={text.close} />
          </div>
          <div className={classes['dialog']} dir="auto">
            {state.kind === 'asking' && (
              <p role="status" className={classes['note']}>
                <IconHourglass size={18} aria-hidden="true" />
                {text.asking(name)}
              </p>
            )}
            {state.kind === 'comparing' && (
              <Compare key={state.number} attempt={attempt} state={state} run={run} onRefuse={refuse} />
            )}
            {state.kind === 'ended' && (
              <Outcome name={name} state={state} onClose={() => refuse('declined')} />
            )}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Compare({
  attempt,
  state,
  run,
  onRefuse,
}: {
  readonly attempt: NearbyTry
  readonly state: Comparing
  readonly run: RunAction
  readonly onRefuse: (reason: 'declined' | 'differ', block?: boolean) => void
}) {
  const text = useText().nearby.dialog
  const calls = useCalls()
  const [trust, setTrust] = useState(TRUST_AT_FIRST)
  const [isSaying, setIsSaying] = useState(false)
  const { peer_id, name, short_name, direction } = attempt
  const { number, confirmed } = state
  async function say(): Promise<void> {
    setIsSaying(true)
    await run(() => calls.nearby.confirm({ peer_id, number, trust }))
    setIsSaying(false)
  }
  return (
    <>
      <p className={classes['question']}>{text.compare(name)}</p>
      <Digits number={number} />
      {confirmed ? (
        <p role="status" className={classes['note']}>
          <IconHourglass size={18} aria-hidden="true" />
          {text.waiting(name)}
        </p>
      ) : (
        <>
          <p className={classes['hint']}>{text.proof(short_name)}</p>
          <TrustSlider trust={trust} label={text.trust(name)} onChange={setTrust} caption={text.yourTrust} />
        </>
      )}
      <div className={classes['actions']}>
        {direction === 'incoming' && !confirmed && (
          <Button
            variant="subtle"
            size="xs"
            className={classes['never'] ?? ''}
            onClick={() => onRefuse('declined', true)}
          >
            {text.block}
          </Button>
        )}
        <Button variant="subtle" onClick={() => onRefuse('declined')}>
          {direction === 'incoming' ? text.decline : text.cancel}
        </Button>
        <Button onClick={() => onRefuse('differ')}>{text.differ}</Button>
        {!confirmed && (
          <Button variant="filled" loading={isSaying} onClick={() => void say()}>
            {text.match}
          </Button>
        )}
      </div>
    </>
  )
}

/** Six digits in two groups, read out one by one. The focus begins here, so that no key that was meant for something else is a yes. */
function Digits({ number }: { readonly number: string }) {
  const text = useText().nearby.dialog
  const groups = [number.slice(0, 3), number.slice(3)]
  const spoken = groups.map((group) => group.split('').join(' ')).join(', ')
  return (
    <p className={classes['number']} tabIndex={-1} data-autofocus dir="ltr">
      <span aria-hidden="true" className={classes['digits']} data-number={number}>
        {groups.map((group, at) => (
          <span key={at}>{group}</span>
        ))}
      </span>
      <span className="visually-hidden">{text.digits(spoken)}</span>
    </p>
  )
}

function Outcome({
  name,
  state: { how },
  onClose,
}: {
  readonly name: string
  readonly state: Ended
  readonly onClose: () => void
}) {
  const text = useText().nearby.dialog
  const { ended } = text
  const words: Record<Ended['how'], ReactNode> = {
    paired: ended.paired(name),
    declined: ended.declined(name),
    differ: ended.differ,
    expired: ended.expired,
    broken: ended.broken(name),
  }
  const Icon = how === 'paired' ? IconCheck : IconAlertTriangle
  return (
    <>
      <p role="status" className={classes['outcome']} data-how={how}>
        <Icon size={20} aria-hidden="true" />
        <span>{words[how]}</span>
      </p>
      <div className={classes['actions']}>
        <Button data-autofocus onClick={onClose}>
          {text.close}
        </Button>
      </div>
    </>
  )
}
