import { useCallback, useEffect, useRef } from 'react'
import type { PeerId } from '#contract'
import { useNodeStore } from '../../../state/node-store.ts'
import { showToast } from '../../../ui/notices/toast.ts'
import { useText } from '../../../state/text.tsx'
import { requestOutcomes } from './request-outcome.ts'

/**
 * While mounted, shows a toast when a request to pair was answered.
 *
 * @returns to be called before a request is given up, whose end is then no news
 */
export function useRequestOutcomes(): (peer: PeerId) => void {
  const store = useNodeStore()
  const messages = useText()
  const givenUp = useRef(new Set<PeerId>())
  useEffect(
    () =>
      store.subscribe((now, before) => {
        // Outcomes that were missed while the connection was lost may be old.
        if (now.pairRequests === before.pairRequests || !before.isLoaded) return
        for (const { peer, name, kind } of requestOutcomes(
          before.pairRequests,
          now.pairRequests,
          now.people,
        )) {
          if (givenUp.current.delete(peer)) continue
          const text = messages.people.requests
          if (kind === 'accepted') showToast({ message: text.accepted(name), color: 'good' }, messages)
          else showToast({ message: text.refused(name), color: 'warn' }, messages)
        }
      }),
    [store, messages],
  )
  return useCallback((peer) => void givenUp.current.add(peer), [])
}
