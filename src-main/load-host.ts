import { findWall } from './compute/host/wall.ts'
import type * as hostedPeer from './hosted-peer.ts'
import { loadQuickly } from './load-quickly.ts'

/**
 * Loads what hosts a peer: a thousand files, half of a start. What takes time outside of this process is begun before, the
 * trial of the operating system's wall, so that it is over when its result is needed; and a process starts another in a
 * fraction of the time while it is small itself.
 */
export async function loadHost(): Promise<typeof hostedPeer> {
  // A trial that fails is heard of by the compute hosts, which wait for the same one.
  findWall().catch(() => undefined)
  return loadQuickly(() => import('./hosted-peer.ts'))
}
