import type { Person } from '#contract'
import { FaultError, refuse } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { ApiImplementer } from './implementer.ts'
import type { ApiParts } from './parts.ts'
import { pendingPeople } from './pending-calls.ts'

/** Pairing waits for the other side's machine to answer; longer means that it is not there. */
const PAIR_WITHIN_MS = 30_000
const MS_PER_MINUTE = 60_000

/** The calls on people. `view` is what is known of them; `stopping` ends a pairing that is under way. */
export function peopleCalls(
  os: ApiImplementer,
  parts: ApiParts,
  view: () => Person[],
  stopping: AbortSignal,
) {
  const { runtime, clock, spelling } = parts
  const { state } = runtime

  function mustKnow(peer: PeerId): void {
    if (!state.contacts.has(peer)) refuse('unknown-peer', `${peer} is nobody that this peer is paired with`)
  }

  return os.people.router({
    ...pendingPeople(os),
    invite: os.people.invite.handler(async ({ input }) => {
      const validMs = Math.round(input.valid_minutes * MS_PER_MINUTE)
      const expires_at_ms = clock.nowMs() + validMs
      const { code, link } = spelling.encodeInvite(await runtime.invite(input.trust, validMs))
      return { code, link, expires_at_ms }
    }),
    pair: os.people.pair.handler(async ({ input, signal }) => {
      const invite = spelling.decodeInvite(input.code)
      if (!invite.ok) throw new FaultError(invite.fault)
      const deadline = AbortSignal.timeout(PAIR_WITHIN_MS)
      const any = AbortSignal.any([stopping, deadline, ...(signal === undefined ? [] : [signal])])
      const { peer, name } = await runtime.pair(invite.value, input.trust, any)
      return { state: 'paired', peer_id: peer, name }
    }),
    list: os.people.list.handler(view),
    setTrust: os.people.setTrust.handler(async ({ input: { peer_id, trust } }) => {
      mustKnow(peer_id)
      await runtime.dispatch({ kind: 'trust-set', at_ms: clock.nowMs(), peer: peer_id, trust })
      return {}
    }),
    forget: os.people.forget.handler(async ({ input: { peer_id } }) => {
      mustKnow(peer_id)
      await runtime.dispatch({ kind: 'forgotten', at_ms: clock.nowMs(), peer: peer_id })
      return {}
    }),
  })
}
