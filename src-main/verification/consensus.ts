import { UNTOLD_ENGINE, type EngineId } from '../protocol/engine.ts'
import type { Fuel } from '../protocol/fuel.ts'
import type { Cid, PeerId, UnitId } from '../protocol/ids.ts'
import { REDUNDANCY_MAX } from '../protocol/limits.ts'
import type { VerificationConsensus, WorkResult } from '../protocol/result.ts'
import { toTimestamp } from '../protocol/time.ts'
import { comparesExactly, exactHash, type Comparator } from './comparator.ts'

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

/** How many peers must agree: the majority of the redundancy. One alone is its own quorum; two must both agree. */
export function quorumOf(redundancy: number): number {
  return Math.floor(redundancy / 2) + 1
}

/**
 * Judges the results of one unit. A claim (output and fuel) wins with a quorum and strictly more votes than any claim
 * unlike it. Until the redundancy is reached the rest of it is wanted; after that a tie or a disagreement draws one
 * more verifier at a time.
 *
 * A peer has one vote, that of its newest attempt; who made two claims for one attempt has none, and loses. The
 * order of the results does not matter. Where results are compared bit for bit, those of each engine are judged apart:
 * the first engine by name whose results agree has the verdict, and no result of another engine wins or loses.
 */
export function judge(input: Judged): Verdict {
  return unanimous(input.results, input.redundancy) ?? judgeEngines(input)
}

/** The results of a unit, and how they are compared; `exact-hash` when no rule is named. */
interface Judged {
  readonly redundancy: number
  readonly results: readonly UnitResult[]
  readonly comparator?: Comparator
}

function engineOfResult({ engine = UNTOLD_ENGINE }: UnitResult): EngineId {
  return engine
}

function judgeEngines(input: Judged): Verdict {
  const engines = [...new Set(input.results.map(engineOfResult))].sort()
  if (engines.length < 2 || !comparesExactly(input.comparator?.name)) return judgeVotes(input)
  let wanted = Number.POSITIVE_INFINITY
  for (const engine of engines) {
    const results = input.results.filter((result) => engineOfResult(result) === engine)
    const verdict = judgeVotes({ ...input, results })
    if (verdict.kind === 'agreed') return verdict
    wanted = Math.min(wanted, verdict.count)
  }
  return { kind: 'more', count: wanted }
}

/** The verdict of most units: all peers returned the same, each once. Undefined when it is not so simple. */
function unanimous(results: readonly UnitResult[], redundancy: number): Verdict | undefined {
  const [first] = results
  if (first === undefined) return { kind: 'more', count: Math.max(1, redundancy) }
  const peers: PeerId[] = []
  for (const result of results) {
    const { peer, output, fuel } = result
    if (output !== first.output || fuel !== first.fuel || peers.includes(peer)) return undefined
    if (result.engine !== first.engine) return undefined
    peers.push(peer)
  }
  if (peers.length < quorumOf(redundancy)) {
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

function judgeVotes(input: Judged): Verdict {
  const { alike } = input.comparator ?? exactHash
  const agree = (a: Claim, b: Claim): boolean => a.fuel === b.fuel && alike(a.output, b.output)
  const votes = [...votesOf(input.results)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const claims = distinctClaims(votes)
  const support = (candidate: Claim): number =>
    votes.filter(([, claim]) => claim !== undefined && agree(candidate, claim)).length
  let best: { claim: Claim; votes: number } | undefined
  for (const claim of claims) {
    const count = support(claim)
    if (best === undefined || count > best.votes) best = { claim, votes: count }
  }
  if (best !== undefined && best.votes >= quorumOf(input.redundancy)) {
    const winner = best
    const contested = claims.some((c) => !agree(winner.claim, c) && support(c) >= winner.votes)
    if (!contested) {
      const agrees = ([, claim]: Vote): boolean => claim !== undefined && agree(winner.claim, claim)
      return {
        kind: 'agreed',
        ...winner.claim,
        winners: votes.filter(agrees).map(([peer]) => peer),
        losers: votes.filter((vote) => !agrees(vote)).map(([peer]) => peer),
      }
    }
  }
  return { kind: 'more', count: Math.max(1, input.redundancy - votes.length) }
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
