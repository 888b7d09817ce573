import type { Person } from '#contract'
import { admitBlock } from '../../peer/pairing/pair-requests.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { ApiImplementer } from './implementer.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { createPairingView } from '../views/pairing-view.ts'

/** Pairing waits for the other side's machine to answer; longer means that it is not there. */
const PAIR_WITHIN_MS = 30_000
const MS_PER_MINUTE = 60_000

/** The calls on people. `people` is what is known of them; `stopping` ends a pairing that is under way. */
export function peopleCalls(
  os: ApiImplementer,
  parts: ApiDependencies,
  people: () => Person[],
  stopping: AbortSignal,
) {
  const { runtime, clock, spelling } = parts
  const { state } = runtime

  function mustKnow(peer: PeerId): void {
    if (!state.pairing.contacts.has(peer))
      refuse('unknown-peer', `${peer} is nobody that this peer is paired with`)
  }

  const view = createPairingView(parts)

  return os.people.router({
    invite: os.people.invite.handler(async ({ input }) => {
      const { trust, valid_minutes, confirm } = input
      const validMs = Math.round(valid_minutes * MS_PER_MINUTE)
      const expires_at_ms = clock.nowMs() + validMs
      const { code, link } = spelling.encodeInvite(await runtime.invite(trust, validMs, { confirm }))
      return { code, link, expires_at_ms }
    }),
    pair: os.people.pair.handler(async ({ input, signal }) => {
      const invite = spelling.decodeInvite(input.code)
      if (!invite.ok) throw new FaultError(invite.fault)
      const deadline = AbortSignal.timeout(PAIR_WITHIN_MS)
      const any = AbortSignal.any([stopping, deadline, ...(signal === undefined ? [] : [signal])])
      const paired = await runtime.pair(invite.value, input.trust, any)
      const { peer: peer_id } = paired
      const name = paired.state === 'paired' ? paired.name : spelling.shortNameOf(peer_id)
      return { state: paired.state, peer_id, name }
    }),
    requests: os.people.requests.handler(() => view.requests()),
    accept: os.people.accept.handler(async ({ input: { peer_id: peer, trust } }) => {
      if (!state.pairing.incomingPairs.has(peer)) refuse('unknown-peer', `${peer} does not wait to be paired`)
      await runtime.dispatch({ kind: 'pair-accepted', at_ms: clock.nowMs(), peer, trust })
      return {}
    }),
    decline: os.people.decline.handler(async ({ input: { peer_id: peer } }) => {
      const [isIncoming, isOutgoing] = [
        state.pairing.incomingPairs.has(peer),
        state.pairing.outgoingPairs.has(peer),
      ]
      if (!isIncoming && !isOutgoing) refuse('unknown-peer', `nothing waits between you and ${peer}`)
      const ended = { kind: 'pair-ended', at_ms: clock.nowMs(), peer } as const
      if (isIncoming) await runtime.dispatch({ ...ended, direction: 'incoming', reason: 'declined' })
      if (isOutgoing) await runtime.dispatch({ ...ended, direction: 'outgoing', reason: 'given-up' })
      return {}
    }),
    list: os.people.list.handler(people),
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
    block: os.people.block.handler(async ({ input: { peer_id: peer } }) => {
      const admitted = admitBlock(state, peer)
      if (!admitted.ok) throw new FaultError(admitted.fault)
      await runtime.dispatch({ kind: 'blocked', at_ms: clock.nowMs(), peer })
      return {}
    }),
    unblock: os.people.unblock.handler(async ({ input: { peer_id: peer } }) => {
      if (!state.pairing.blocked.has(peer)) refuse('unknown-peer', `${peer} is not blocked`)
      await runtime.dispatch({ kind: 'unblocked', at_ms: clock.nowMs(), peer })
      return {}
    }),
    blocked: os.people.blocked.handler(() => view.blocked()),
  })
}
