import type { DurableEvent } from '../../peer/event.ts'
import { isUnderWay, redundancyOf, type JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { comparesExactly } from '../../protocol/comparator.ts'
import type { EngineDigest, EngineId } from '../../protocol/engine.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { engineOfMachine, isHonest } from '../character.ts'
import type { PlannedPeer } from '../scenario.ts'
import { checkAttempts, type SeenAttempts } from './audit-attempts.ts'
import { checkVerdict, type SeenVerdict } from './audit-verdict.ts'
import { hold } from './broken.ts'
import { ownUnitsOf } from './units-of-event.ts'
import { isSafe } from './quorum.ts'

/** A job as it was the last time that it was on disk. */
interface SeenJob {
  ended: string | undefined
  /** Units with a verdict, and those whose outputs are stored. */
  verified: number
  stored: number
  readonly units: Map<number, SeenUnit>
}

interface SeenUnit extends SeenVerdict {
  readonly attempts: SeenAttempts
  isStored: boolean
}

/** A provider that has withdrawn its trust from a requester, and with it whatever it kept for it. */
function parting(provider: PeerId, requester: PeerId): string {
  return `${provider}/${requester}`
}

/** Follows the jobs of every requester from one record of its journal to the next. */
export interface RequesterAudit {
  /** Checks the state after a turn against the one before. */
  turned(state: PeerState, durable: readonly DurableEvent[]): void
  /** Checks that a restart lost no job, attempt or verdict, nor a job that `isInHistory` should tell of. */
  restarted(state: PeerState, isInHistory?: (job: JobId) => boolean): void
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
  /** The jobs of each requester that were moved to its history. */
  const archived = new Map<PeerId, Set<JobId>>()
  const honest = new Set(peers.filter(({ character }) => isHonest(character)).map(({ peer }) => peer))

  const machines = new Map(peers.map(({ peer, machine }) => [peer, machine]))
  const digestOf = (peer: PeerId): EngineDigest | undefined => machines.get(peer)?.engine

  function seenOf(me: PeerId): Map<JobId, SeenJob> {
    const jobs = seen.get(me) ?? new Map<JobId, SeenJob>()
    seen.set(me, jobs)
    return jobs
  }

  /** Checks these units of a job; all, where it has come to its end since. */
  function checkJob(
    me: PeerId,
    id: JobId,
    job: JobState,
    { missed, senders }: TurnFacts,
    touched: ReadonlySet<number> | 'all',
  ): void {
    const known = seenOf(me).get(id) ?? newlySeen()
    seenOf(me).set(id, known)
    const { manifest } = job
    const safe = isSafe(redundancyOf(job), peers)
    const engineOf = (peer: PeerId): EngineId | undefined => {
      const isOne = manifest.verification_redundancy > 1 && comparesExactly(manifest.comparator)
      const machine = isOne ? machines.get(peer) : undefined
      return machine === undefined ? undefined : engineOfMachine(machine)
    }
    const isBlameless = (peer: PeerId): boolean => safe && honest.has(peer) && !parted.has(parting(peer, me))
    const hasEnded = !isUnderWay(job) && known.ended === undefined
    for (const index of touched === 'all' || hasEnded ? job.units.keys() : touched) {
      const unit = job.units.get(index)
      if (unit === undefined) continue
      const where = `${me.slice(-6)} ${id}:${index}`
      const before = known.units.get(index) ?? emptyUnit()
      known.units.set(index, before)
      const isMissed = missed.has(`${id}:${index}`)
      checkAttempts(unit, before.attempts, { where, senders, isBlameless, engineOf, isMissed })
      const wasVerified = before.verified !== undefined
      checkVerdict(unit, before, { where, job, index, isSafe: safe, isMissed, digestOf })
      const isStored = unit.verified?.stored === true
      known.verified += Number(unit.verified !== undefined) - Number(wasVerified)
      known.stored += Number(isStored) - Number(before.isStored)
      before.isStored = isStored
    }
    checkProgress(id, job, known)
  }

  /** Units are in the history, or an ended job is, and must be there from now on. */
  function archive(me: PeerId, event: DurableEvent & { kind: 'units-archived' | 'job-archived' }): void {
    const { job_id: id } = event
    if (event.kind === 'units-archived') {
      for (const unit of event.units) seenOf(me).get(id)?.units.delete(unit)
      return
    }
    hold('S10', seenOf(me).get(id)?.ended !== undefined, () => `${id} is put away before its end`)
    seenOf(me).delete(id)
    archived.set(me, (archived.get(me) ?? new Set<JobId>()).add(id))
  }

  return {
    turned(state, durable) {
      const touched = touchedBy(durable)
      for (const event of durable) {
        if (event.kind === 'forgotten' || (event.kind === 'trust-set' && event.trust === 0)) {
          parted.add(parting(state.me, event.peer))
          // Units of any own job are taken back from a peer that is not trusted any more.
          for (const id of state.requester.jobs.keys()) touched.set(id, 'all')
        }
        if (event.kind === 'units-archived' || event.kind === 'job-archived') archive(state.me, event)
      }
      const facts = factsOf(durable)
      for (const [id, units] of touched) {
        const job = state.requester.jobs.get(id)
        if (job !== undefined) checkJob(state.me, id, job, facts, units)
      }
    },
    restarted(state, isInHistory = () => true) {
      for (const [id, known] of seenOf(state.me)) checkRestored(state, id, known)
      for (const id of archived.get(state.me) ?? [])
        hold('S8', isInHistory(id), () => `${state.me.slice(-6)} lost the ended ${id} in a crash`)
    },
  }
}

/** The own units that events may have changed. */
function touchedBy(durable: readonly DurableEvent[]): Map<JobId, Set<number> | 'all'> {
  const touched = new Map<JobId, Set<number> | 'all'>()
  for (const { job, units } of durable.flatMap(ownUnitsOf)) {
    const before = touched.get(job) ?? new Set<number>()
    if (units === undefined || before === 'all') touched.set(job, 'all')
    else touched.set(job, new Set([...before, ...units]))
  }
  return touched
}

function factsOf(durable: readonly DurableEvent[]): TurnFacts {
  const missed = new Set<string>()
  const senders = new Set<PeerId>()
  for (const event of durable) {
    if (event.kind === 'results-received') senders.add(event.from)
    if (event.kind === 'output-unavailable') missed.add(`${event.job_id}:${event.unit_index}`)
  }
  return { missed, senders }
}

function emptyUnit(): SeenUnit {
  return { verified: undefined, withheld: new Set(), truth: undefined, attempts: new Map(), isStored: false }
}

function newlySeen(): SeenJob {
  return { ended: undefined, verified: 0, stored: 0, units: new Map() }
}

/** Checks a job's counts and its end. @throws Broken */
function checkProgress(id: JobId, job: JobState, known: SeenJob): void {
  const { verified, stored } = known
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
