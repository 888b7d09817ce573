import type { DurableEvent } from '../../peer/event.ts'
import { isUnderWay, type JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { comparesExactly } from '../../protocol/comparator.ts'
import type { EngineDigest, EngineId } from '../../protocol/engine.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { engineOfMachine } from '../character.ts'
import type { PlannedPeer } from '../scenario.ts'
import { checkAttempts, type SeenAttempts } from './audit-attempts.ts'
import { checkVerdict, type SeenVerdict } from './audit-verdict.ts'
import { hold } from './broken.ts'
import { jobsOf } from './jobs-of-event.ts'
import { isSafe } from './quorum.ts'

/** A job as it was the last time that it was on disk. */
interface SeenJob {
  ended: string | undefined
  readonly units: Map<number, SeenUnit>
}

interface SeenUnit extends SeenVerdict {
  readonly attempts: SeenAttempts
}

/** A provider that has withdrawn its trust from a requester, and with it whatever it kept for it. */
function parting(provider: PeerId, requester: PeerId): string {
  return `${provider}/${requester}`
}

/** Follows the jobs of every requester from one record of its journal to the next. */
export interface RequesterAudit {
  /** Checks the state after a turn against the one before. */
  turned(state: PeerState, durable: readonly DurableEvent[]): void
  /** Checks that a restart lost no job, attempt or verdict. */
  restarted(state: PeerState): void
}

/** The events of one turn that excuse or explain a change: outputs that no peer handed over, and senders of results. */
interface TurnFacts {
  /** `job:unit` of each verified output that was not handed over. */
  readonly missed: ReadonlySet<string>
  readonly senders: ReadonlySet<PeerId>
}

/** Creates the audit of all requesters among these peers. */
export function createRequesterAudit(peers: readonly PlannedPeer[]): RequesterAudit {
  const seen = new Map<PeerId, Map<JobId, SeenJob>>()
  const parted = new Set<string>()
  const honest = new Set(peers.filter(({ character }) => character.kind === 'honest').map(({ peer }) => peer))

  const machines = new Map(peers.map(({ peer, machine }) => [peer, machine]))
  const digestOf = (peer: PeerId): EngineDigest | undefined => machines.get(peer)?.engine

  function seenOf(me: PeerId): Map<JobId, SeenJob> {
    const jobs = seen.get(me) ?? new Map<JobId, SeenJob>()
    seen.set(me, jobs)
    return jobs
  }

  function checkJob(me: PeerId, id: JobId, job: JobState, { missed, senders }: TurnFacts): void {
    const known = seenOf(me).get(id) ?? { ended: undefined, units: new Map<number, SeenUnit>() }
    seenOf(me).set(id, known)
    const { manifest } = job
    const safe = isSafe(manifest.verification_redundancy, peers)
    const engineOf = (peer: PeerId): EngineId | undefined => {
      const isOne = manifest.verification_redundancy > 1 && comparesExactly(manifest.comparator)
      const machine = isOne ? machines.get(peer) : undefined
      return machine === undefined ? undefined : engineOfMachine(machine)
    }
    const isBlameless = (peer: PeerId): boolean => safe && honest.has(peer) && !parted.has(parting(peer, me))
    for (const [index, unit] of job.units) {
      const where = `${me.slice(-6)} ${id}:${index}`
      const before = known.units.get(index) ?? emptyUnit()
      known.units.set(index, before)
      const isMissed = missed.has(`${id}:${index}`)
      checkAttempts(unit, before.attempts, { where, senders, isBlameless, engineOf, isMissed })
      checkVerdict(unit, before, { where, manifest, index, isSafe: safe, isMissed, digestOf })
    }
    checkProgress(id, job, known)
  }

  return {
    turned(state, durable) {
      const missed = new Set<string>()
      const senders = new Set<PeerId>()
      const touched = new Set<JobId>()
      for (const event of durable) {
        for (const id of jobsOf(event)) touched.add(id)
        if (event.kind === 'forgotten' || (event.kind === 'trust-set' && event.trust === 0)) {
          parted.add(parting(state.me, event.peer))
          // Units of any own job are taken back from a peer that is not trusted any more.
          for (const id of state.requester.jobs.keys()) touched.add(id)
        }
        if (event.kind === 'results-received') senders.add(event.from)
        if (event.kind === 'output-unavailable') missed.add(`${event.job_id}:${event.unit_index}`)
      }
      for (const id of touched) {
        const job = state.requester.jobs.get(id)
        if (job !== undefined) checkJob(state.me, id, job, { missed, senders })
      }
    },
    restarted(state) {
      for (const [id, known] of seenOf(state.me)) checkRestored(state, id, known)
    },
  }
}

function emptyUnit(): SeenUnit {
  return { verified: undefined, withheld: new Set(), truth: undefined, attempts: new Map() }
}

/** Checks a job's counts and its end. @throws Broken */
function checkProgress(id: JobId, job: JobState, known: SeenJob): void {
  let verified = 0
  let stored = 0
  for (const unit of job.units.values()) {
    if (unit.verified !== undefined) verified++
    if (unit.verified?.stored === true) stored++
  }
  hold('S10', job.verified === verified && job.stored === stored, () => `${id} counts ${job.verified}`)
  const ended = isUnderWay(job) ? undefined : job.status.state
  hold('S10', known.ended === undefined || known.ended === ended, () => `${id} was ${known.ended ?? ''}`)
  hold('S10', ended !== 'done' || stored === job.manifest.unit_count, () => `${id} is done too early`)
  known.ended = ended
}

/** Checks that a job is after a restart as it was on disk. @throws Broken */
function checkRestored(state: PeerState, id: JobId, known: SeenJob): void {
  const job = state.requester.jobs.get(id)
  hold('S8', job !== undefined, () => `${state.me.slice(-6)} lost ${id} in a crash`)
  for (const [index, { verified, attempts }] of known.units) {
    const unit = job.units.get(index)
    const restored = new Map(unit?.attempts.map(({ attempt, status }) => [attempt, status.state]))
    const same = [...attempts].every(([attempt, { state: was }]) => restored.get(attempt) === was)
    const intact = same && unit?.verified?.cid === verified
    hold('S8', intact, () => `${state.me.slice(-6)} lost a part of ${id}:${index} in a crash`)
  }
}
