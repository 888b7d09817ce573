import type { ApiImplementer } from './implementer.ts'
import { createNearbyView } from '../views/nearby-view.ts'
import type { ApiDependencies } from '../dependencies.ts'

/** A PC in the same network that does not answer within this time is not there. */
const PAIR_WITHIN_MS = 30_000

/** The calls on PCs nearby. `stopping` ends a try that is under way. */
export function nearbyCalls(os: ApiImplementer, parts: ApiDependencies, stopping: AbortSignal) {
  const { nearby } = parts
  const view = createNearbyView(parts)
  return os.nearby.router({
    list: os.nearby.list.handler(() => view.now()),
    pair: os.nearby.pair.handler(async ({ input: { peer_id }, signal }) => {
      const deadline = AbortSignal.timeout(PAIR_WITHIN_MS)
      const any = AbortSignal.any([stopping, deadline, ...(signal === undefined ? [] : [signal])])
      return view.tryOf(await nearby.pair(peer_id, any))
    }),
    confirm: os.nearby.confirm.handler(async ({ input: { peer_id, number, trust } }) => {
      await nearby.confirm(peer_id, number, trust)
      return {}
    }),
    refuse: os.nearby.refuse.handler(async ({ input: { peer_id, reason, block } }) => {
      await nearby.refuse(peer_id, reason, block)
      return {}
    }),
    setVisible: os.nearby.setVisible.handler(({ input: { visible } }) => {
      nearby.setVisible(visible)
      return {}
    }),
  })
}
