import { Suspense } from 'react'
import type { NearbyTry } from '#contract'
import { useNode } from '../state/node-store.ts'
import { lazyPart } from '../ui/lazy-part.ts'

const NearbyDialog = lazyPart(async () => (await import('./nearby-dialog.tsx')).NearbyDialog)

/** The dialog of the try to pair nearby that the user is to answer first, on whatever screen; nothing without one. */
export function NearbyTries() {
  const shown = useNode((node) => firstTry(node.nearby.tries))
  if (shown === undefined) return null
  return (
    <Suspense fallback={null}>
      <NearbyDialog key={shown.peer_id} attempt={shown} />
    </Suspense>
  )
}

/** One that is under way goes before one that has ended. */
function firstTry(tries: readonly NearbyTry[]): NearbyTry | undefined {
  return tries.find(({ state }) => state.kind !== 'ended') ?? tries[0]
}
