import { Button } from '@mantine/core'
import { IconHourglass } from '@tabler/icons-react'
import { useMemo } from 'react'
import type { PairRequest, PeerId } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import classes from '../../../pairing/pair-requests.module.css'

/** Outgoing requests to pair, each with a way to give up; nothing without requests. */
export function OutgoingRequests({
  onGiveUp,
}: {
  /** Called before a request is given up. */
  readonly onGiveUp: (peer: PeerId) => void
}) {
  const requests = useNode((node) => node.pairRequests)
  const outgoing = useMemo(() => requests.filter(({ direction }) => direction === 'outgoing'), [requests])
  if (outgoing.length === 0) return null
  return (
    <ul className={classes['requests']}>
      {outgoing.map((request) => (
        <li key={request.peer_id}>
          <Outgoing request={request} onGiveUp={() => onGiveUp(request.peer_id)} />
        </li>
      ))}
    </ul>
  )
}

function Outgoing({ request, onGiveUp }: { readonly request: PairRequest; readonly onGiveUp: () => void }) {
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
          onClick={() => {
            onGiveUp()
            void run(() => calls.people.decline({ peer_id }), { success: text.gaveUp(name) })
          }}
        >
          {text.giveUp}
        </Button>
      </div>
    </div>
  )
}
