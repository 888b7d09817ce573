import type { DurableEvent } from '../../peer/event.ts'
import { isUnderWay, type JobState, type PeerState, type UnitState } from '../../peer/state.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { hold } from './broken.ts'
import { mayReturnWrong } from '../character.ts'
import type { PlannedPeer } from '../scenario.ts'
import { rightOutput, type Output } from '../process/truth.ts'

/** What an auditor saw of a job the last time that it was on disk. */
interface SeenJob {
  ended: string | undefined
  readonly units: Map<number, SeenUnit>
}

interface SeenUnit {
  verified: Cid | undefined
  /** The one right output, once it was asked for: it is hashed, and asked for at every look. */
  truth: Output | undefined
  /** Outputs that were agreed on and then not handed over: whoever claimed one has lost its vote. */
  readonly withheld: Set<Cid>
  readonly attempts: Map<number, { readonly peer: PeerId; state: string }>
}

/** A provider that has withdrawn its trust from a requester, and with it whatever it kept for it. */
function parting(provider: PeerId, requester: PeerId): string {
  return `${provider}/${requester}`
}

/** Follows the jobs of every requester from one record of its journal to the next. */
export interface RequesterAudit {
  /** What a turn wrote is checked against what was there before. */
  turned(state: PeerState, durable: readonly DurableEvent[]): void
  /** What a restart restored is what was there: no job, attempt or verdict is gone. */
  restarted(state: PeerState): void
}

/** Attempts of one unit in one run: failing and trying must not chase each other. A minute's ticks, and some more. */
const ATTEMPTS_FINE = 150

/** What a turn brought: verified outputs that nobody handed over (`job:unit`), and those who sent results. */
interface News {
  readonly missed: ReadonlySet<string>
  readonly senders: ReadonlySet<PeerId>
}

/** The states that an attempt may go over to from each. */
const NEXT_STATES: Readonly<Record<string, readonly string[]>> = {
  awarded: ['awarded', 'returned', 'failed', 'void', 'rejected'],
  returned: ['returned', 'rejected', 'void'],
  failed: ['failed'],
  // Who was late or gone may still say that the unit's time was up.
  void: ['void', 'failed'],
  rejected: ['rejected'],
}

/** Outputs that enough peers agree on: the majority of the redundancy (SPEC.md; written anew on purpose). */
export function quorum(redundancy: number): number {
  return Math.floor(redundancy / 2) + 1
}

/** Whether no lie can win a job's consensus: liars who speak with one voice are fewer than its quorum. */
export function isSafe(redundancy: number, peers: readonly PlannedPeer[]): boolean {
  if (redundancy === 1) return !peers.some(({ character }) => mayReturnWrong(character))
  return peers.filter(({ character }) => character.kind === 'colluder').length < quorum(redundancy)
}

/** Creates the audit of all requesters among these peers. */
export function createRequesterAudit(peers: readonly PlannedPeer[]): RequesterAudit {
  const seen = new Map<PeerId, Map<JobId, SeenJob>>()
  const parted = new Set<string>()
  const honest = new Set(peers.filter(({ character }) => character.kind === 'honest').map(({ peer }) => peer))

  function seenOf(me: PeerId): Map<JobId, SeenJob> {
    const jobs = seen.get(me) ?? new Map<JobId, SeenJob>()
    seen.set(me, jobs)
    return jobs
  }

  function checkJob(me: PeerId, id: JobId, job: JobState, news: News): void {
    const known = seenOf(me).get(id) ?? { ended: undefined, units: new Map<number, SeenUnit>() }
    seenOf(me).set(id, known)
    const safe = isSafe(job.manifest.verification_redundancy, peers)
    let verified = 0
    let stored = 0
    for (const [index, unit] of job.units) {
      const where = `${me.slice(-6)} ${id}:${index}`
      const before = known.units.get(index) ?? {
        verified: undefined,
        truth: undefined,
        withheld: new Set(),
        attempts: new Map(),
      }
      known.units.set(index, before)
      checkAttempts(me, where, unit, before, safe, news.senders)
      checkVerdict(where, index, job, unit, before, safe, news.missed.has(`${id}:${index}`))
      if (unit.verified !== undefined) verified++
      if (unit.verified?.stored === true) stored++
    }
    hold('S10', job.verified === verified && job.stored === stored, () => `${id} counts ${job.verified}`)
    const ended = isUnderWay(job) ? undefined : job.status.state
    hold('S10', known.ended === undefined || known.ended === ended, () => `${id} was ${known.ended ?? ''}`)
    hold('S10', ended !== 'done' || stored === job.manifest.unit_count, () => `${id} is done too early`)
    known.ended = ended
  }

  function checkAttempts(
    me: PeerId,
    where: string,
    unit: UnitState,
    before: SeenUnit,
    safe: boolean,
    senders: ReadonlySet<PeerId>,
  ): void {
    const live = new Set<PeerId>()
    let last = 0
    for (const { attempt, peer, status } of unit.attempts) {
      hold('S3', attempt > last, () => `${where} has attempt ${attempt} after ${last}`)
      last = attempt
      if (status.state === 'awarded' || status.state === 'returned') {
        hold('S2', !live.has(peer), () => `${where} has two live attempts at ${peer.slice(-6)}`)
        live.add(peer)
      }
      const known = before.attempts.get(attempt)
      if (known === undefined) {
        before.attempts.set(attempt, { peer, state: status.state })
      } else {
        const allowed = NEXT_STATES[known.state]?.includes(status.state) === true && known.peer === peer
        hold('S3', allowed, () => `${where} attempt ${attempt} went from ${known.state} to ${status.state}`)
        const answered =
          ['awarded', 'void'].includes(known.state) &&
          ['returned', 'failed', 'rejected'].includes(status.state)
        hold('S15', !answered || senders.has(peer), () => `${where}: somebody answered for ${peer.slice(-6)}`)
        known.state = status.state
      }
      const blameless = safe && honest.has(peer) && !parted.has(parting(peer, me))
      hold(
        'S6',
        status.state !== 'rejected' || !blameless,
        () => `${where}: honest ${peer.slice(-6)} is found wrong`,
      )
    }
    hold('S14', last <= ATTEMPTS_FINE, () => `${where} was awarded ${last} times`)
    hold('S3', unit.attempts.length === before.attempts.size, () => `${where} forgot an attempt`)
  }

  function checkVerdict(
    where: string,
    index: number,
    { manifest }: JobState,
    unit: UnitState,
    before: SeenUnit,
    safe: boolean,
    missed: boolean,
  ): void {
    const cid = unit.verified?.cid
    const kept = before.verified === undefined || before.verified === cid || missed
    hold('S5', kept, () => `${where} was verified as ${before.verified ?? ''}, now ${cid ?? 'not'}`)
    if (missed && before.verified !== undefined) before.withheld.add(before.verified)
    before.verified = cid
    if (cid === undefined) return
    const claim = `${cid} ${unit.verified?.fuel ?? ''}`
    const votes = new Map<string, Set<PeerId>>()
    for (const { peer, status } of unit.attempts) {
      if (status.state !== 'returned' && status.state !== 'rejected') continue
      if (status.state === 'rejected' && before.withheld.has(status.cid)) continue
      const fuel = status.state === 'returned' ? status.metrics.fuel : status.fuel
      const vote = `${status.cid} ${fuel ?? ''}`
      votes.set(vote, (votes.get(vote) ?? new Set()).add(peer))
    }
    const mine = votes.get(claim)?.size ?? 0
    const rival = Math.max(0, ...[...votes].map(([other, peers]) => (other === claim ? 0 : peers.size)))
    const agreed = mine >= quorum(manifest.verification_redundancy) && mine > rival
    hold('S4', agreed, () => `${where} is verified by ${mine} against ${rival}`)
    const truth = (before.truth ??= rightOutput(manifest, index))
    hold('S6', !safe || cid === truth.cid, () => `${where}: a wrong output is verified`)
    hold('S6', !safe || unit.verified?.fuel === truth.fuel, () => `${where}: a wrong price is verified`)
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
        }
        if (event.kind === 'results-received') senders.add(event.from)
        if (event.kind === 'output-unavailable') missed.add(`${event.job_id}:${event.unit_index}`)
      }
      for (const id of touched) {
        const job = state.jobs.get(id)
        if (job !== undefined) checkJob(state.me, id, job, { missed, senders })
      }
    },
    restarted(state) {
      for (const [id, known] of seenOf(state.me)) {
        const job = state.jobs.get(id)
        hold('S8', job !== undefined, () => `${state.me.slice(-6)} lost ${id} in a crash`)
        for (const [index, { verified, attempts }] of known.units) {
          const unit = job.units.get(index)
          const restored = new Map(unit?.attempts.map(({ attempt, status }) => [attempt, status.state]))
          const same = [...attempts].every(([attempt, { state: was }]) => restored.get(attempt) === was)
          const intact = same && unit?.verified?.cid === verified
          hold('S8', intact, () => `${state.me.slice(-6)} lost a part of ${id}:${index} in a crash`)
        }
      }
    },
  }
}

function jobsOf(event: DurableEvent): JobId[] {
  switch (event.kind) {
    case 'job-submitted':
      return [event.manifest.job_id]
    case 'awards-issued':
      return event.awards.map((award) => award.job_id)
    case 'attempts-lost':
      return event.lost.map((loss) => loss.job_id)
    case 'job-cancelled':
    case 'job-paused':
    case 'job-resumed':
    case 'award-refused':
    case 'results-received':
    case 'hand-back-received':
    case 'outputs-stored':
    case 'output-unavailable':
      return [event.job_id]
    case 'started':
    case 'addresses-learned':
    case 'address-worked':
    case 'named':
    case 'availability-set':
    case 'lending-set':
    case 'sharing-paused':
    case 'sharing-resumed':
    case 'rules-set':
    case 'limits-set':
    case 'rule-overridden':
    case 'override-ended':
    case 'trust-set':
    case 'invited':
    case 'paired':
    case 'forgotten':
    case 'pair-requested':
    case 'pair-accepted':
    case 'pair-asked':
    case 'pair-ended':
    case 'blocked':
    case 'unblocked':
    case 'job-removed':
    case 'job-priority-set':
    case 'award-received':
    case 'units-ran':
    case 'results-delivered':
    case 'units-handed-back':
    case 'hand-back-delivered':
    case 'withdrawn':
    case 'settled':
      return []
  }
}
