import type { KindName, UnitHere, WorkingFor } from '#contract'
import type { PeerId } from '../../protocol/ids.ts'

/** So long is told for whom this PC works, at least: units may take a tenth of a second, and one reads slower. */
export const HELD_MS = 3_000

/** Needed to tell for whom this PC works, besides the units. */
export interface WorkingForOptions {
  readonly nameOf: (peer: PeerId) => string | undefined
  readonly kindOf: (algorithmId: string | undefined) => KindName
}

/**
 * Creates a view of those for whom this PC works. Somebody is named as soon as a unit of theirs runs and for `HELD_MS` after the
 * last one, and while anybody is named the list changes at most once in `HELD_MS`.
 */
export function createWorkingFor({ nameOf, kindOf }: WorkingForOptions) {
  const seenAtMs = new Map<string, { readonly unit: UnitHere; readonly atMs: number }>()
  let shown: readonly WorkingFor[] = []
  let shownAtMs = Number.NEGATIVE_INFINITY
  let shownKeys = ''
  return (units: readonly UnitHere[], nowMs: number): readonly WorkingFor[] => {
    for (const unit of units) {
      seenAtMs.set(`${unit.requester} ${kindOf(unit.algorithm_id)}`, { unit, atMs: nowMs })
    }
    for (const [key, { atMs }] of seenAtMs) if (nowMs - atMs >= HELD_MS) seenAtMs.delete(key)
    const keys = [...seenAtMs.keys()].sort().join('\n')
    if (keys === shownKeys || (shown.length > 0 && nowMs - shownAtMs < HELD_MS)) return shown
    shownKeys = keys
    shownAtMs = nowMs
    shown = [...seenAtMs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { unit }]) => {
        const name = nameOf(unit.requester)
        return {
          requester: unit.requester,
          is_own: unit.is_own,
          ...(name === undefined ? {} : { name }),
          kind: kindOf(unit.algorithm_id),
        }
      })
    return shown
  }
}
