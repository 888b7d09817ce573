import { Button } from '@mantine/core'
import { IconHourglass, IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { PairRequest } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { TrustSlider } from '../../pairing/trust-slider.tsx'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { Section } from '../../ui/section.tsx'
import classes from './pair-requests.module.css'

/** Requests to pair that wait for an answer, those that wait for this user first; nothing when there are none. */
export function PairRequests() {
  const text = useText().people.requests
  const requests = useNode((node) => node.pairRequests)
  if (requests.length === 0) return null
  const [incoming, outgoing] = (['incoming', 'outgoing'] as const).map((wanted) =>
    requests.filter(({ direction }) => direction === wanted),
  )
  return (
    <Section title={text.title} isCard={false}>
      <ul className={classes['requests']}>
        {incoming?.map((request) => (
          <li key={`in ${request.peer_id}`}>
            <Incoming request={request} />
          </li>
        ))}
        {outgoing?.map((request) => (
          <li key={`out ${request.peer_id}`}>
            <Outgoing request={request} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Incoming({ request }: { readonly request: PairRequest }) {
  const text = useText().people.requests
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  const { peer_id, short_name } = request
  const name = request.name ?? short_name
  const [trust, setTrust] = useState(request.trust)
  return (
    <div className={classes['request']} data-direction="incoming">
      <IconUserPlus size={22} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        <p className={classes['title']} dir="auto">
          {text.incoming(name)}
        </p>
        <p className={classes['hint']}>{text.incomingHint(short_name, format.ago(request.asked_at_ms))}</p>
      </div>
      <div className={classes['trust']}>
        <TrustSlider trust={trust} label={text.trust(name)} onChange={setTrust} />
      </div>
      <div className={classes['actions']}>
        <Button
          variant="filled"
          onClick={() =>
            void run(() => calls.people.accept({ peer_id, trust }), { success: text.accepted(name) })
          }
        >
          {text.accept}
        </Button>
        <Button
          onClick={() => void run(() => calls.people.decline({ peer_id }), { success: text.declined(name) })}
        >
          {text.decline}
        </Button>
      </div>
    </div>
  )
}

function Outgoing({ request }: { readonly request: PairRequest }) {
  const text = useText().people.requests
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  const { peer_id, expires_at_ms } = request
  const name = request.name ?? request.short_name
  return (
    <div className={classes['request']}>
      <IconHourglass size={22} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        <p className={classes['title']} dir="auto">
          {text.outgoing(name)}
        </p>
        <p className={classes['hint']}>{text.outgoingHint(format.time(expires_at_ms))}</p>
      </div>
      <div className={classes['actions']}>
        <Button
          onClick={() => void run(() => calls.people.decline({ peer_id }), { success: text.gaveUp(name) })}
        >
          {text.giveUp}
        </Button>
      </div>
    </div>
  )
}
