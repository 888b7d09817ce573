import type { PeerId } from '../../protocol/ids.ts'

const MINUTE_MS = 60_000

/** Counts what each peer does in a minute, which begins with the first of it. @returns whether one more is within the bound */
export function createMinuteCount(nowMs: () => number, max: number): (peer: PeerId) => boolean {
  const counts = new Map<PeerId, { sinceMs: number; count: number }>()
  return (peer) => {
    const now = nowMs()
    const known = counts.get(peer)
    if (known === undefined || now - known.sinceMs >= MINUTE_MS || now < known.sinceMs) {
      counts.set(peer, { sinceMs: now, count: 1 })
      return true
    }
    known.count += 1
    return known.count <= max
  }
}
