import type { Cid, PeerId, UnitId } from '../protocol/ids.ts'
import { REDUNDANCY_MAX } from '../protocol/limits.ts'
import type { VerificationConsensus, WorkResult } from '../protocol/result.ts'
import { toTimestamp } from '../protocol/time.ts'
import { exactHash, type Comparator } from './comparator.ts'

/** One peer's output of a unit, and which try it was. */
export interface UnitResult {
  readonly peer: PeerId
  readonly attempt: number
  readonly output: Cid
}

/** What the results of a unit say: an output that enough peers agree on, or how many more peers are needed. */
export type Verdict =
  | {
      readonly kind: 'agreed'
      readonly output: Cid
      /** Who returned it, by name. */
      readonly winners: readonly PeerId[]
      /** Who returned something else, by name. */
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
 * Judges the results of one unit. An output wins with a quorum and strictly more votes than any output unlike it.
 * Until the redundancy is reached the rest of it is wanted; after that a tie or a disagreement draws one more
 * verifier at a time.
 *
 * A peer has one vote, that of its newest attempt; who returned two outputs for one attempt has none, and loses. The
 * order of the results does not matter.
 */
export function judge(input: {
  readonly redundancy: number
  readonly results: readonly UnitResult[]
  readonly comparator?: Comparator
}): Verdict {
  const { alike } = input.comparator ?? exactHash
  const votes = [...votesOf(input.results)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const outputs = [...new Set(votes.flatMap(([, output]) => (output === undefined ? [] : [output])))].sort()
  const support = (candidate: Cid): number =>
    votes.filter(([, output]) => output !== undefined && alike(candidate, output)).length
  let best: { output: Cid; votes: number } | undefined
  for (const output of outputs) {
    const count = support(output)
    if (best === undefined || count > best.votes) best = { output, votes: count }
  }
  if (best !== undefined && best.votes >= quorumOf(input.redundancy)) {
    const winner = best
    const contested = outputs.some((o) => !alike(winner.output, o) && support(o) >= winner.votes)
    if (!contested) {
      const agrees = ([, output]: Vote): boolean => output !== undefined && alike(winner.output, output)
      return {
        kind: 'agreed',
        output: winner.output,
        winners: votes.filter(agrees).map(([peer]) => peer),
        losers: votes.filter((vote) => !agrees(vote)).map(([peer]) => peer),
      }
    }
  }
  return { kind: 'more', count: Math.max(1, input.redundancy - votes.length) }
}

/** A peer and the output that it stands by; undefined when it contradicts itself. */
type Vote = readonly [PeerId, Cid | undefined]

function votesOf(results: readonly UnitResult[]): Map<PeerId, Cid | undefined> {
  const newest = new Map<PeerId, number>()
  for (const { peer, attempt } of results) newest.set(peer, Math.max(attempt, newest.get(peer) ?? 0))
  const votes = new Map<PeerId, Cid | undefined>()
  for (const { peer, attempt, output } of results) {
    if (attempt !== newest.get(peer)) continue
    votes.set(peer, !votes.has(peer) || votes.get(peer) === output ? output : undefined)
  }
  return votes
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
    agreement_count: winners.size,
    total_verifiers: Math.max(1, new Set(results.map((result) => result.computed_by_peer)).size),
    is_verified: verdict.kind === 'agreed',
    timestamp: toTimestamp(nowMs),
  }
}
