import type { KeyedJob } from '../ports/job-keys.ts'
import type { Transport } from '../ports/transport.ts'
import type { PeerState } from '../peer/state.ts'
import type { Defects } from './defects.ts'
import type { WorldEffect } from './event-loop.ts'
import type { Executor } from './executing/executor.ts'
import { keptPeers } from './messages/connections.ts'
import type { DirectSender } from './messages/direct-sender.ts'
import type { Pairing } from './messages/pairing.ts'
import type { Publisher } from './messages/publisher.ts'
import type { ResultSender } from './messages/result-sender.ts'
import type { Collector } from './requesting/collector.ts'
import type { Comparing } from './requesting/comparing.ts'
import type { JobArchiver } from './requesting/job-archiver.ts'
import type { JobRecords } from './requesting/job-records.ts'
import type { OwnJobs } from './requesting/own-jobs.ts'

/** The parts of a peer that act in the world. */
export interface EffectPerformerDependencies {
  readonly state: PeerState
  readonly transport: Transport
  readonly publisher: Publisher
  readonly pairing: Pairing
  readonly collector: Collector
  readonly comparing: Comparing
  readonly executor: Executor
  readonly ownJobs: OwnJobs
  readonly jobs: JobRecords
  readonly archiver: JobArchiver
  readonly results: ResultSender
  readonly direct: DirectSender
  readonly dropKey: (job: KeyedJob) => void
  /** Deletes blobs and keys of others' jobs that are due. */
  readonly tendGuests: () => void
  readonly defects: Defects
}

/** Creates a function that has each effect done by the part that it is for. It waits for none of them. */
export function createEffectPerformer(
  dependencies: EffectPerformerDependencies,
): (effect: WorldEffect) => void {
  const { state, transport, publisher, pairing, collector, executor, ownJobs } = dependencies
  const { comparing, jobs, archiver, results, direct, dropKey, tendGuests, defects } = dependencies

  /** For work that is tried again by itself when it fails. */
  function inBackground(work: Promise<void>, place: string): void {
    work.catch(defects.ignoreFaults(place))
  }

  return (effect) => {
    switch (effect.kind) {
      case 'commitment-changed':
        return publisher.commitmentChanged()
      case 'allocation-due':
        return publisher.allocationDue()
      case 'publish-allocation':
        return publisher.publishAllocation(effect.allocation)
      case 'contacts-changed':
        publisher.followContacts()
        tendGuests()
        return transport.keepConnected(keptPeers(state))
      case 'ask-pairing':
        return inBackground(pairing.ask(effect.to), effect.kind)
      case 'tell-pairing':
        return inBackground(pairing.tell(effect.to, effect.news), effect.kind)
      case 'disconnect':
        return inBackground(transport.disconnect(effect.peer), effect.kind)
      case 'fetch-manifest':
        return collector.fetchManifest(effect.cid, effect.from)
      case 'fetch-outputs':
        return collector.fetchOutputs(effect.job, effect.outputs)
      case 'compare-outputs':
        return comparing.compare(effect.job, effect.unit)
      case 'send-award':
        return void direct.sendAward(effect)
      case 'send-withdraw': {
        const units = effect.units === undefined ? {} : { units: [...effect.units] }
        return direct.tell(effect.to, { kind: 'withdraw', job_id: effect.job, ...units })
      }
      case 'send-recall':
        return direct.tell(effect.to, { kind: 'recall', job_id: effect.job, units: [...effect.units] })
      case 'send-settled':
        return direct.tell(effect.to, { kind: 'settled', job_id: effect.job, units: [] })
      case 'send-verdict':
        return void direct.sendVerdict(effect)
      case 'prepare-job':
        return executor.prepare(effect.requester, effect.job, effect.manifestCid)
      case 'run-units':
        return executor.run(effect.requester, effect.job, effect.manifestCid, effect.units)
      case 'stop-units':
        return executor.stop(effect.requester, effect.job, effect.units)
      case 'send-results':
        return results.send(effect.to, effect.job, effect.manifestCid, effect.engine, effect.receipts)
      case 'send-hand-back':
        return void direct.sendHandBack(effect)
      case 'release-holding':
        executor.release(effect.requester, effect.job)
        return effect.requester === state.me ? undefined : dropKey(effect)
      case 'job-ended':
        comparing.stop(effect.job)
        return archiver.look()
      case 'job-removed':
        jobs.remove(effect.job)
        return ownJobs.letGo(effect.job)
    }
  }
}
