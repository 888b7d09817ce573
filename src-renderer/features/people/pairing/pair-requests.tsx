import { IncomingRequests } from '../../../pairing/incoming-requests.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { OutgoingRequests } from './outgoing-requests.tsx'
import { useRequestOutcomes } from './use-request-outcomes.ts'
import classes from '../people-screen.module.css'

/** Requests to pair that wait for an answer, those that wait for this user first; nothing when there are none. */
export function PairRequests() {
  const text = useText().people.requests
  const isAny = useNode((node) => node.pairRequests.length > 0)
  const noteGivenUp = useRequestOutcomes()
  if (!isAny) return null
  return (
    <Section title={text.title} isCard={false}>
      <div className={classes['requests']}>
        <IncomingRequests />
        <OutgoingRequests onGiveUp={noteGivenUp} />
      </div>
    </Section>
  )
}
