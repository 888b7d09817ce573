import type { KindName, UnitHere, WorkingFor } from '#contract'
import type { PeerId } from '../../protocol/ids.ts'
import type { RecentRun } from '../../runtime/executing/job-at-work.ts'

/** So long is told for whom this PC works, at least: units may take a tenth of a second, and one reads slower. */
export const HELD_MS = 3_000

/** Work of one kind for one peer, and when it was last seen. */
interface Seen {
  readonly requester: PeerId
  readonly kind: KindName
  readonly atMs: number
}

/** Needed to tell for whom this PC works, besides the units. */
export interface WorkingForOptions {
  readonly me: PeerId
  readonly nameOf: (peer: PeerId) => string | undefined
  readonly kindOf: (algorithmId: string | undefined) => KindName
}

/**
 * Creates a view of those for whom this PC works. Somebody is named as soon as a unit of theirs runs, or one too short to be
 * seen running is done, and for `HELD_MS` after the last one; while anybody is named the list changes at most once in `HELD_MS`.
 */
export function createWorkingFor({ me, nameOf, kindOf }: WorkingForOptions) {
  const seen = new Map<string, Seen>()
  let shown: readonly WorkingFor[] = []
  let shownAtMs = Number.NEGATIVE_INFINITY
  let shownKeys = ''
  const see = (requester: PeerId, algorithmId: string | undefined, atMs: number): void => {
    const kind = kindOf(algorithmId)
    const key = `${requester} ${kind}`
    seen.set(key, { requester, kind, atMs: Math.max(atMs, seen.get(key)?.atMs ?? atMs) })
  }
  return (
    units: readonly UnitHere[],
    recentRuns: readonly RecentRun[],
    nowMs: number,
  ): readonly WorkingFor[] => {
    for (const { requester, algorithmId, ranAtMs } of recentRuns) see(requester, algorithmId, ranAtMs)
    for (const { requester, algorithm_id } of units) see(requester, algorithm_id, nowMs)
    for (const [key, { atMs }] of seen) if (nowMs - atMs >= HELD_MS) seen.delete(key)
    const keys = [...seen.keys()].sort().join('\n')
    if (keys === shownKeys || (shown.length > 0 && nowMs - shownAtMs < HELD_MS)) return shown
    shownKeys = keys
    shownAtMs = nowMs
    shown = [...seen]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { requester, kind }]) => {
        const name = nameOf(requester)
        return { requester, is_own: requester === me, ...(name === undefined ? {} : { name }), kind }
      })
    return shown
  }
}
