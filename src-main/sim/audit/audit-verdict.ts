import { redundancyOf, type JobState, type UnitState } from '../../peer/requester/slice.ts'
import { comparesExactly } from '../../protocol/comparator.ts'
import type { EngineDigest } from '../../protocol/engine.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { isAboutRight, rightOutput, type Output } from '../process/truth.ts'
import { hold } from './broken.ts'
import { quorum } from './quorum.ts'

/** The verdict on a unit when it was last on disk. */
export interface SeenVerdict {
  verified: Cid | undefined
  /** Outputs that were agreed on and then not handed over: a peer that claimed one has lost its vote. */
  readonly withheld: Set<Cid>
  /** The right output of an engine, once it was asked for: hashing it at every turn takes longer than the rest of the check. */
  truth: { readonly engine: EngineDigest | undefined; readonly output: Output } | undefined
}

/** The unit whose verdict is checked. */
export interface VerdictContext {
  /** The unit, as messages name it. */
  readonly where: string
  readonly job: JobState
  readonly index: number
  /** Whether no lie can win this job's consensus. */
  readonly isSafe: boolean
  /** Whether no peer handed over the verified output, so that the verdict may be taken back. */
  readonly isMissed: boolean
  /** The digest of a peer's engine; undefined for the usual one. */
  readonly digestOf: (peer: PeerId) => EngineDigest | undefined
}

/** Checks the verdict on a unit against the one before, the votes and the truth, and remembers it. @throws Broken */
export function checkVerdict(unit: UnitState, seen: SeenVerdict, context: VerdictContext): void {
  const { where, isSafe, isMissed } = context
  const cid = unit.verified?.cid
  const kept = seen.verified === undefined || seen.verified === cid || isMissed
  hold('S5', kept, () => `${where} was verified as ${seen.verified ?? ''}, now ${cid ?? 'not'}`)
  if (isMissed && seen.verified !== undefined) seen.withheld.add(seen.verified)
  seen.verified = cid
  if (cid === undefined) return
  const vote = voteBy(context)
  const { mine, rival } = votesFor(vote(cid, unit.verified?.fuel), unit, seen.withheld, vote)
  const agreed = mine >= quorum(redundancyOf(context.job)) && mine > rival
  hold('S4', agreed, () => `${where} is verified by ${mine} against ${rival}`)
  if (isSafe) checkRight(unit, cid, seen, context)
}

/** Checks that a verified output is a right one. @throws Broken */
function checkRight({ verified }: UnitState, cid: Cid, seen: SeenVerdict, context: VerdictContext): void {
  const { where, index } = context
  const { manifest } = context.job
  const wrong = (): string => `${where}: a wrong output is verified`
  if (!comparesExactly(manifest.comparator)) return hold('S6', isAboutRight(manifest, index, cid), wrong)
  const truth = truthOf(verified?.winners ?? [], seen, context)
  hold('S6', cid === truth.cid, wrong)
  hold('S6', verified?.fuel === truth.fuel, () => `${where}: a wrong price is verified`)
}

/** The right output of the winners' engine. */
function truthOf(
  [winner]: readonly PeerId[],
  seen: SeenVerdict,
  { job: { manifest }, index, digestOf }: VerdictContext,
): Output {
  const engine = winner === undefined ? undefined : digestOf(winner)
  if (seen.truth === undefined || seen.truth.engine !== engine) {
    seen.truth = { engine, output: rightOutput(manifest, index, engine) }
  }
  return seen.truth.output
}

/** How many peers voted for a claim, and how many for the strongest other one. */
function votesFor(
  claim: string,
  { attempts }: UnitState,
  withheld: ReadonlySet<Cid>,
  voteOf: Vote,
): { readonly mine: number; readonly rival: number } {
  const votes = new Map<string, Set<PeerId>>()
  for (const { peer, status } of attempts) {
    if (status.state !== 'returned' && status.state !== 'rejected') continue
    if (status.state === 'rejected' && withheld.has(status.cid)) continue
    const vote = voteOf(status.cid, status.state === 'returned' ? status.metrics.fuel : status.fuel)
    votes.set(vote, (votes.get(vote) ?? new Set()).add(peer))
  }
  const mine = votes.get(claim)?.size ?? 0
  const rival = Math.max(0, ...[...votes].map(([other, peers]) => (other === claim ? 0 : peers.size)))
  return { mine, rival }
}

/** An output and its price, as one vote; where outputs are compared by content, all that are alike are one. */
type Vote = (cid: Cid, fuel: number | undefined) => string

function voteBy({ job: { manifest }, index }: VerdictContext): Vote {
  if (comparesExactly(manifest.comparator)) return (cid, fuel) => `${cid} ${fuel ?? ''}`
  return (cid) => (isAboutRight(manifest, index, cid) ? 'right' : cid)
}
