import type { Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Connection } from '../../ports/reach.ts'

/** One output's transfer. */
export const OUTPUT_WITHIN_MS = 10 * 60_000
/** After this many attempts without an output in a row, its holders count as not handing it over. */
export const FRUITLESS_MAX = 3
/** A fetch that failed by this machine is tried again after this, and after twice the last pause each further time. */
const RETRY_MS_MIN = 2_000
const RETRY_MS_MAX = 5 * 60_000

/** Whose matter it is that an output is not here: this machine's, a slow line's, or its holders'. */
export type Cause = 'ours' | 'slow' | 'theirs'

/** Faults of this machine: no provider is to blame for its disk, its quota, or a defect of ours. */
const OURS: ReadonlySet<Fault['kind']> = new Set([
  'quota-exceeded',
  'storage-failed',
  'memory-exhausted',
  'cancelled',
  'internal',
])

/** Whose matter a fault is with which the fetch of an output ended. */
export function causeOf({ kind }: Fault): Cause {
  if (OURS.has(kind)) return 'ours'
  return kind === 'timed-out' || kind === 'too-busy' ? 'slow' : 'theirs'
}

/** The pause before another try, after this many that failed. */
export function retryMs(tries: number): number {
  return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (tries - 1))
}

/**
 * The providers of a missing output that are not to blame for it, since they could not be asked all the time: one that came
 * back while others were asked was not asked again.
 *
 * @param connections peers that can be asked now, and since when
 * @param begunMs when the fetch began
 */
export function unreachableOf(
  from: readonly PeerId[],
  { kind }: Fault,
  connections: readonly Pick<Connection, 'peer' | 'sinceMs'>[],
  begunMs: number,
): PeerId[] {
  // All who agreed on it said that it is as large as it is, and that they sealed it.
  if (kind === 'oversized' || kind === 'not-opened') return []
  const reached = connections.filter(({ sinceMs }) => sinceMs <= begunMs)
  const connected = new Set(reached.map(({ peer }) => peer))
  return from.filter((peer) => !connected.has(peer))
}
