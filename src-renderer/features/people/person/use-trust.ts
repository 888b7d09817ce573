import { useEffect, useState } from 'react'
import type { PeerId, Person } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { trustStep } from '../../../pairing/trust-step.ts'
import { useText } from '../../../state/text.tsx'
import { offerUndo } from '../../../ui/notices/undo-toast.tsx'

/** The trust that the user has just chosen is shown for so long before the node confirms it. */
const BELIEVED_MS = 5_000

/** This user's trust in a person, as it was just chosen or as the node says; a change offers to be undone. */
export function useTrust(person: Pick<Person, 'peer_id' | 'name' | 'trust_mine'>): {
  readonly trust: number
  readonly setTrust: (trust: number) => void
} {
  const { peer_id, name, trust_mine } = person
  const calls = useCalls()
  const run = useAction()
  const text = useText().people.trustSet
  const [chosen, setChosen] = useState<number>()
  // Shown until the node says the same, and not for ever.
  if (chosen === trust_mine) setChosen(undefined)
  useEffect(() => {
    if (chosen === undefined) return undefined
    const timer = setTimeout(() => setChosen(undefined), BELIEVED_MS)
    return () => clearTimeout(timer)
  }, [chosen])

  async function tell(peer: PeerId, trust: number): Promise<boolean> {
    setChosen(trust)
    const done = await run(() => calls.people.setTrust({ peer_id: peer, trust }))
    if (done === undefined) setChosen(undefined)
    return done !== undefined
  }

  return {
    trust: chosen ?? trust_mine,
    setTrust(trust) {
      const before = chosen ?? trust_mine
      void tell(peer_id, trust).then((isDone) => {
        if (isDone) offerUndo(text[trustStep(trust)](name), () => void tell(peer_id, before))
      })
    },
  }
}
