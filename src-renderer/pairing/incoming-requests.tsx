import { Button } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { PairRequest } from '#contract'
import { useAction, useCalls } from '../connection/calls.tsx'
import { useNode } from '../state/node-store.ts'
import { useFormat, useText } from '../state/text.tsx'
import { TrustSlider } from './trust-slider.tsx'
import classes from './pair-requests.module.css'

/** Incoming requests to pair, each with accept and decline; nothing without requests. */
export function IncomingRequests() {
  const requests = useNode((node) => node.pairRequests)
  const incoming = useMemo(() => requests.filter(({ direction }) => direction === 'incoming'), [requests])
  if (incoming.length === 0) return null
  return (
    <ul className={classes['requests']}>
      {incoming.map((request) => (
        <li key={request.peer_id}>
          <Incoming request={request} />
        </li>
      ))}
    </ul>
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
        <TrustSlider trust={trust} label={text.trust(name)} onChange={setTrust} caption={text.yourTrust} />
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
