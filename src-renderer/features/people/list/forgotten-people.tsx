import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react'
import type { PeerId } from '#contract'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { useText } from '../../../state/text.tsx'
import { offerUndo } from '../../../ui/notices/undo-toast.tsx'

interface ForgottenPeople {
  /** People who are not shown any more, though the node knows them while that can be taken back. */
  readonly hidden: ReadonlySet<PeerId>
  /** Forgets a person, with an undo; the node is told when the offer is gone. */
  readonly forget: (person: { readonly peer_id: PeerId; readonly name: string }) => void
}

const ForgottenPeopleContext = createContext<ForgottenPeople | undefined>(undefined)

/** See `ForgottenPeopleProvider`. */
export function useForgottenPeople(): ForgottenPeople {
  const forgotten = use(ForgottenPeopleContext)
  if (forgotten === undefined)
    throw new Error('broken promise: useForgottenPeople is used inside its provider')
  return forgotten
}

/** Lets components inside forget people with an undo. A window that is closed before the offer ends forgets no one. */
export function ForgottenPeopleProvider({ children }: { readonly children: ReactNode }) {
  const calls = useCalls()
  const run = useAction()
  const text = useText().people.forget
  const [hidden, setHidden] = useState<ReadonlySet<PeerId>>(new Set())

  const show = useCallback((peer: PeerId) => {
    setHidden((before) => new Set([...before].filter((other) => other !== peer)))
  }, [])
  const forget = useCallback<ForgottenPeople['forget']>(
    ({ peer_id, name }) => {
      setHidden((before) => new Set([...before, peer_id]))
      offerUndo(
        text.done(name),
        () => show(peer_id),
        // Shown again in any case: a person who was forgotten is no longer in the node's list.
        () => void run(() => calls.people.forget({ peer_id })).then(() => show(peer_id)),
      )
    },
    [calls, run, show, text],
  )
  const forgotten = useMemo<ForgottenPeople>(() => ({ hidden, forget }), [hidden, forget])
  return <ForgottenPeopleContext value={forgotten}>{children}</ForgottenPeopleContext>
}
