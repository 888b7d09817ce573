import { UNTOLD_ENGINE, type EngineId } from '../protocol/engine.ts'
import type { Fuel } from '../protocol/fuel.ts'
import type { Cid, PeerId, UnitId } from '../protocol/ids.ts'
import { areAlike, type Likeness } from '../protocol/likeness.ts'
import { REDUNDANCY_MAX } from '../protocol/limits.ts'
import type { VerificationPolicy } from '../protocol/policy.ts'
import type { VerificationConsensus, WorkResult } from '../protocol/result.ts'
import { toTimestamp } from '../protocol/time.ts'

/**
 * A peer's claim about a unit: its output, and the fuel that it took. Fuel is as much a property of the unit as its
 * output is, and it is what the unit costs: who says more or less of it is as wrong as who returns other bytes.
 */
export interface Claim {
  readonly output: Cid
  /** Absent where the algorithm is not metered. */
  readonly fuel?: Fuel
}

/** One peer's claim of a unit, and which try it was. */
export interface UnitResult extends Claim {
  readonly peer: PeerId
  readonly attempt: number
  /** The engine that computed it; absent where that is not told. */
  readonly engine?: EngineId
}

/** The verdict of a unit's results: an output that enough peers agree on, or how many more peers are needed. */
export type Verdict =
  | {
      readonly kind: 'agreed'
      readonly output: Cid
      readonly fuel?: Fuel
      /** Who returned both, by name. */
      readonly winners: readonly PeerId[]
      /** Who returned another output, or the same for another price, by name. */
      readonly losers: readonly PeerId[]
    }
  | { readonly kind: 'more'; readonly count: number }

/** Results that one consensus lists at most; the schema's bound. */
const RESULTS_MAX = REDUNDANCY_MAX * 2

/**
 * How many peers must agree: more than the policy's share of the redundancy, and never more than all. By half of it one alone is
 * its own quorum, and two must both agree.
 */
export function quorumOf(
  redundancy: number,
  { quorum_percent }: Pick<VerificationPolicy, 'quorum_percent'>,
): number {
  return Math.min(redundancy, Math.floor((redundancy * quorum_percent) / 100) + 1)
}

/**
 * Judges the results of one unit. A claim wins with a quorum and strictly more votes than any claim unlike it. Until the
 * redundancy is reached the rest of it is wanted; after that a tie or a disagreement draws one more verifier at a time.
 *
 * Claims are alike when output and fuel are the same. Where outputs are compared by content, `likeness` says which are
 * alike, and fuel is no part of a claim: who computes other bits may well take other steps. Then the claim with most
 * support wins; among claims that are alike and have equally many votes the most central one, whose supporters have most
 * support themselves, and last the smallest CID.
 *
 * A peer has one vote, that of its newest attempt; who made two claims for one attempt has none, and loses. The
 * order of the results does not matter. Where results are compared bit for bit, those of each engine are judged apart:
 * the first engine by name whose results agree has the verdict, and no result of another engine wins or loses.
 */
export function judge({ results, likeness, ...wanted }: Judged): Verdict {
  if (likeness === undefined) return unanimous(results, wanted) ?? judgeEngines(results, wanted)
  const claims = results.map(claimAlone)
  const agree: Agree = (a, b) => areAlike(likeness, a.output, b.output)
  return unanimous(claims, wanted) ?? judgeVotes(claims, wanted, agree)
}

/** How many peers are to compute a unit, and how many of them must agree. */
interface Wanted {
  readonly redundancy: number
  readonly quorum: number
}

/** The results of a unit. */
interface Judged extends Wanted {
  readonly results: readonly UnitResult[]
  /** Given where outputs are compared by content. Outputs that are not in it are alike to themselves alone. */
  readonly likeness?: Likeness
}

/** A result without what is not compared where outputs are compared by content: fuel and engine. */
function claimAlone({ peer, attempt, output }: UnitResult): UnitResult {
  return { peer, attempt, output }
}

function engineOfResult({ engine = UNTOLD_ENGINE }: UnitResult): EngineId {
  return engine
}

function judgeEngines(results: readonly UnitResult[], wanted: Wanted): Verdict {
  const engines = [...new Set(results.map(engineOfResult))].sort()
  const agree: Agree = (a, b) => a.fuel === b.fuel && a.output === b.output
  let count = Number.POSITIVE_INFINITY
  for (const engine of engines) {
    const its = results.filter((result) => engineOfResult(result) === engine)
    const verdict = judgeVotes(its, wanted, agree)
    if (verdict.kind === 'agreed') return verdict
    count = Math.min(count, verdict.count)
  }
  return { kind: 'more', count }
}

/** The verdict of most units: all peers returned the same, each once. Undefined when it is not so simple. */
function unanimous(results: readonly UnitResult[], { redundancy, quorum }: Wanted): Verdict | undefined {
  const [first] = results
  if (first === undefined) return { kind: 'more', count: Math.max(1, redundancy) }
  const peers: PeerId[] = []
  for (const result of results) {
    const { peer, output, fuel } = result
    if (output !== first.output || fuel !== first.fuel || peers.includes(peer)) return undefined
    if (result.engine !== first.engine) return undefined
    peers.push(peer)
  }
  if (peers.length < quorum) {
    return { kind: 'more', count: Math.max(1, redundancy - peers.length) }
  }
  const { output, fuel } = first
  return {
    kind: 'agreed',
    output,
    ...(fuel === undefined ? {} : { fuel }),
    winners: peers.sort(),
    losers: [],
  }
}

/** Whether two claims are alike. */
type Agree = (a: Claim, b: Claim) => boolean

function judgeVotes(results: readonly UnitResult[], { redundancy, quorum }: Wanted, agree: Agree): Verdict {
  const votes = [...votesOf(results)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const ranked = rankedClaims(votes, agree)
  const [best] = ranked
  if (best === undefined || best.support < quorum || isContested(best, ranked, agree)) {
    return { kind: 'more', count: Math.max(1, redundancy - votes.length) }
  }
  const agrees = ([, claim]: Vote): boolean => claim !== undefined && agree(best.claim, claim)
  return {
    kind: 'agreed',
    ...best.claim,
    winners: votes.filter(agrees).map(([peer]) => peer),
    losers: votes.filter((vote) => !agrees(vote)).map(([peer]) => peer),
  }
}

/** A claim, how many votes are for claims like it, and how many votes those have together. */
interface Standing {
  readonly claim: Claim
  readonly support: number
  readonly centrality: number
}

/** Every claim once, the one that would win first, in an order that depends on nothing but the votes. */
function rankedClaims(votes: readonly Vote[], agree: Agree): Standing[] {
  const claimed = votes.flatMap(([, claim]) => (claim === undefined ? [] : [claim]))
  const supportOf = (claim: Claim): number => claimed.filter((other) => agree(claim, other)).length
  return distinctClaims(votes)
    .map((claim) => ({
      claim,
      support: supportOf(claim),
      centrality: claimed.reduce((sum, other) => sum + (agree(claim, other) ? supportOf(other) : 0), 0),
    }))
    .sort((a, b) => b.support - a.support || b.centrality - a.centrality)
}

/** Whether a claim unlike the best has as many votes. */
function isContested(best: Standing, ranked: readonly Standing[], agree: Agree): boolean {
  return ranked.some(({ claim, support }) => support >= best.support && !agree(best.claim, claim))
}

/** A peer and the claim that it stands by; undefined when it contradicts itself. */
type Vote = readonly [PeerId, Claim | undefined]

function votesOf(results: readonly UnitResult[]): Map<PeerId, Claim | undefined> {
  const newest = new Map<PeerId, number>()
  for (const { peer, attempt } of results) newest.set(peer, Math.max(attempt, newest.get(peer) ?? 0))
  const votes = new Map<PeerId, Claim | undefined>()
  for (const { peer, attempt, output, fuel } of results) {
    if (attempt !== newest.get(peer)) continue
    const claim: Claim = { output, ...(fuel === undefined ? {} : { fuel }) }
    const earlier = votes.get(peer)
    const stands = !votes.has(peer) || (earlier !== undefined && keyOf(earlier) === keyOf(claim))
    votes.set(peer, stands ? claim : undefined)
  }
  return votes
}

/** Every claim once, in an order that depends on nothing but the claims. */
function distinctClaims(votes: readonly Vote[]): Claim[] {
  const byKey = new Map<string, Claim>()
  for (const [, claim] of votes) if (claim !== undefined) byKey.set(keyOf(claim), claim)
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, claim]) => claim)
}

function keyOf({ output, fuel }: Claim): string {
  return `${output} ${fuel ?? ''}`
}

/**
 * A verdict in its published form (document 000). The results of the winners come first, then the others', both by
 * peer; beyond the schema's bound the last are left out, so `total_verifiers` may count more than are listed.
 */
export function toConsensus(input: {
  readonly unit: UnitId
  readonly verdict: Verdict
  readonly results: readonly WorkResult[]
  readonly nowMs: number
}): VerificationConsensus {
  const { unit, verdict, results, nowMs } = input
  const winners = new Set(verdict.kind === 'agreed' ? verdict.winners : [])
  const place = (result: WorkResult): string =>
    `${winners.has(result.computed_by_peer) ? 0 : 1}${result.computed_by_peer}${result.result_id}`
  return {
    work_unit_id: unit,
    results: [...results].sort((a, b) => (place(a) < place(b) ? -1 : 1)).slice(0, RESULTS_MAX),
    ...(verdict.kind === 'agreed' ? { consensus_result: verdict.output } : {}),
    ...(verdict.kind === 'agreed' && verdict.fuel !== undefined ? { consensus_fuel: verdict.fuel } : {}),
    agreement_count: winners.size,
    total_verifiers: Math.max(1, new Set(results.map((result) => result.computed_by_peer)).size),
    is_verified: verdict.kind === 'agreed',
    timestamp: toTimestamp(nowMs),
  }
}
