import { IncomingRequests } from '../../pairing/incoming-requests.tsx'
import { OutgoingRequests } from '../../pairing/outgoing-requests.tsx'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { Section } from '../../ui/section.tsx'
import classes from './people-screen.module.css'

/** Requests to pair that wait for an answer, those that wait for this user first; nothing when there are none. */
export function PairRequests() {
  const text = useText().people.requests
  const isAny = useNode((node) => node.pairRequests.length > 0)
  if (!isAny) return null
  return (
    <Section title={text.title} isCard={false}>
      <div className={classes['requests']}>
        <IncomingRequests />
        <OutgoingRequests />
      </div>
    </Section>
  )
}
