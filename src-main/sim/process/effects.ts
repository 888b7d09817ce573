import type { Effect } from '../../peer/effect.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Character } from '../character.ts'
import type { BlobFetcher } from './blobs.ts'
import type { Executor } from './executor.ts'
import type { Gossip } from './gossip.ts'
import { overclaim } from './lies.ts'
import type { Outbox } from './outbox.ts'
import { likenessOf } from './truth.ts'

/** An effect in the world. */
export type WorldEffect = Exclude<Effect, { kind: 'record' }>

/** Everything that effects act through. */
export interface EffectDependencies {
  readonly state: PeerState
  readonly character: Character
  readonly nowMs: () => number
  readonly dispatch: (event: PeerEvent) => void
  readonly gossip: Gossip
  readonly outbox: Outbox
  readonly blobs: BlobFetcher
  readonly executor: Executor
}

/** Performs one effect. */
export function performEffect(effect: WorldEffect, dependencies: EffectDependencies): void {
  const { state, character, nowMs, dispatch, gossip, outbox, blobs, executor } = dependencies
  switch (effect.kind) {
    case 'commitment-changed':
      return gossip.commitmentChanged()
    case 'allocation-due':
      return gossip.allocationDue()
    case 'publish-allocation':
      return gossip.publishAllocation(overclaim(state, character, effect.allocation, nowMs()))
    case 'contacts-changed':
      return gossip.followContacts()
    case 'ask-pairing':
    case 'tell-pairing':
    case 'disconnect':
      // Pairings of the simulation need no confirmation by a user.
      return
    case 'fetch-manifest':
      return blobs.loadManifest(effect.cid, effect.from, (manifest) => {
        if ('kind' in manifest) dispatch({ kind: 'manifest-missing', at_ms: nowMs(), cid: effect.cid })
        else dispatch({ kind: 'manifest', at_ms: nowMs(), cid: effect.cid, manifest })
      })
    case 'fetch-outputs':
      for (const output of effect.outputs) blobs.collectOutput(effect.job, output)
      return
    case 'compare-outputs':
      return compare(effect, dependencies)
    case 'send-award':
      return outbox.award(effect.to, effect.award)
    case 'send-withdraw':
      return outbox.tell(effect.to, {
        kind: 'withdraw',
        job: effect.job,
        ...(effect.units === undefined ? {} : { units: effect.units }),
      })
    case 'send-recall':
      return outbox.tell(effect.to, { kind: 'recall', job: effect.job, units: effect.units })
    case 'send-settled':
      return outbox.tell(effect.to, { kind: 'settled', job: effect.job })
    case 'prepare-job':
      return executor.prepare(effect.requester, effect.job, effect.manifestCid)
    case 'run-units':
      return executor.run(effect.requester, effect.job, effect.manifestCid, effect.units)
    case 'stop-units':
      return executor.stop(effect.requester, effect.job, effect.units)
    case 'send-results':
      return outbox.results(effect.to, effect.job, effect.receipts)
    case 'send-hand-back':
      return outbox.handBack(effect.to, effect.job, effect.units)
    case 'release-holding':
      return executor.release(effect.requester, effect.job)
    case 'job-ended':
    case 'job-removed':
      return
  }
}

/** Compares the outputs of a unit, when all are here. */
function compare(
  { job, unit, candidates }: Extract<WorldEffect, { kind: 'compare-outputs' }>,
  { state, blobs, nowMs, dispatch }: EffectDependencies,
): void {
  const manifest = state.requester.jobs.get(job)?.manifest
  if (manifest === undefined) return
  blobs.bringOutputs(job, unit, candidates, () => {
    const cids = candidates.map(({ cid }) => cid)
    const told = { job_id: job, unit_index: unit, likeness: likenessOf(manifest, unit, cids) }
    dispatch({ kind: 'outputs-compared', at_ms: nowMs(), ...told })
  })
}
