import { Button, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useId, useState } from 'react'
import type { BlockedPeer } from '#contract'
import { useAction, useCalls, useQuery } from '../../../connection/calls.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { StableDot } from '../../../ui/identity/stable-dot.tsx'
import classes from './blocked-people.module.css'

/** Blocked people, each with a way to unblock them; nothing without any. */
export function BlockedPeople() {
  const text = useText().people.blocked
  const listId = useId()
  const [isOpen, setIsOpen] = useState(false)
  // Blocking takes a person off the list of people: the count tells when to ask again.
  const known = useNode((node) => node.people.size)
  const blocked = useQuery(`blocked ${known}`, (calls) => calls.people.blocked())
  if (blocked.state !== 'ready' || blocked.value.length === 0) return null
  return (
    <div>
      <UnstyledButton
        aria-expanded={isOpen}
        aria-controls={listId}
        className={classes['toggle'] ?? ''}
        onClick={() => setIsOpen(!isOpen)}
      >
        <IconChevronRight size={16} aria-hidden="true" data-open={isOpen} className={classes['chevron']} />
        {text.title(blocked.value.length)}
      </UnstyledButton>
      <ul id={listId} hidden={!isOpen} className={classes['list']}>
        {blocked.value.map((peer) => (
          <li key={peer.peer_id}>
            <Blocked peer={peer} onDone={blocked.refresh} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Blocked({ peer, onDone }: { readonly peer: BlockedPeer; readonly onDone: () => void }) {
  const text = useText().people.blocked
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  const { peer_id, name, short_name, blocked_at_ms } = peer
  return (
    <div className={classes['blocked']}>
      <StableDot of={peer_id} isHollow />
      <span className={classes['name']}>
        <bdi>{name}</bdi> <span className={classes['dim']}>{short_name}</span>
      </span>
      <span className={classes['dim']}>{text.since(format.date(blocked_at_ms))}</span>
      <Button
        size="xs"
        aria-label={text.unblockOf(name)}
        onClick={() =>
          void run(() => calls.people.unblock({ peer_id }), { success: text.unblocked(name) }).then(onDone)
        }
      >
        {text.unblock}
      </Button>
    </div>
  )
}
