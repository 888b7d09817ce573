import { IconCheck } from '@tabler/icons-react'
import { MyCode } from '../../pairing/my-code.tsx'
import { IncomingRequests } from '../../pairing/incoming-requests.tsx'
import { TheirCode } from '../../pairing/their-code.tsx'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import classes from './whom-card.module.css'

/** The first person: my code, or theirs. Requests that come meanwhile are answered here. */
export function WhomCard() {
  const text = useText()
  const people = useNode((node) => node.people)
  return (
    <div className={classes['whom']}>
      <IncomingRequests />
      {[...people.values()].slice(0, 3).map(({ peer_id, name }) => (
        <p key={peer_id} className={classes['paired']}>
          <IconCheck size={18} aria-hidden="true" />
          <span dir="auto">{text.start.whom.paired(name)}</span>
        </p>
      ))}
      <div className={classes['ways']}>
        <div>
          <h3 className={classes['title']}>{text.people.mine.title}</h3>
          <MyCode />
        </div>
        <div>
          <h3 className={classes['title']}>{text.people.enter.title}</h3>
          <TheirCode isPairingShown />
        </div>
      </div>
      <p className={classes['note']}>{text.start.whom.later}</p>
    </div>
  )
}
