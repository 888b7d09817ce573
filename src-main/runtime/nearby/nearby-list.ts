import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { isLocalAddress } from '../../protocol/local-address.ts'
import { repeatEvery } from '../repeating.ts'

/** PCs that the list holds; a stranger is asked for a name only while there is room. */
export const NEARBY_MAX = 32
/** How often connections are checked for new and lost ones. */
const LOOK_MS = 2_000
/** How long until a name is asked for again: a PC may be seen no more, or have another name. */
const ASK_AGAIN_MS = 30_000
/** A PC that did not say its name is asked again after this, and after twice the last pause: it may just be starting. */
const RETRY_MS = 4_000
/** PCs asked for their names at once. */
const ASKED_AT_ONCE_MAX = 4

/** The PCs of the local network that run Meshwork and let themselves be seen. */
export interface NearbyList {
  start(): void
  stop(): void
  /** The names of nearby PCs, without contacts and blocked peers. */
  names(): ReadonlyMap<PeerId, string>
  /** Looks at once: a PC has come or gone. */
  look(): void
}

/** The ports and functions that the list uses. */
export interface NearbyListDependencies {
  readonly clock: Clock
  readonly transport: Pick<Transport, 'connections'>
  /** Whether a peer is a contact already, or kept out. */
  readonly isKnown: (peer: PeerId) => boolean
  /** Asks a PC for its name. @throws FaultError when it does not say */
  readonly askName: (peer: PeerId) => Promise<string>
  /** Takes what `askName` throws. @throws what is no fault */
  readonly failed: (error: unknown) => void
  /** Called when a PC has come, gone, or has another name. */
  readonly changed: () => void
}

/** A list that looks at nothing before `start`. */
export function createNearbyList({
  clock,
  transport,
  isKnown,
  askName,
  failed,
  changed,
}: NearbyListDependencies): NearbyList {
  const names = new Map<PeerId, string>()
  const asked = new Map<PeerId, { readonly atMs: number; readonly againMs: number }>()
  let asking = 0
  let cancel: (() => void) | undefined

  function put(peer: PeerId, name: string): void {
    if (names.get(peer) === name) return
    names.set(peer, name)
    changed()
  }

  function drop(peer: PeerId): void {
    if (names.delete(peer)) changed()
  }

  async function ask(peer: PeerId): Promise<void> {
    asking++
    const atMs = clock.nowMs()
    const lastPauseMs = asked.get(peer)?.againMs
    asked.set(peer, { atMs, againMs: ASK_AGAIN_MS })
    try {
      const name = await askName(peer)
      // It may have gone, or become a contact, while it answered.
      if (asked.has(peer) && !isKnown(peer)) put(peer, name)
    } catch (error) {
      const isFirst = names.has(peer) || lastPauseMs === undefined
      const againMs = isFirst ? RETRY_MS : Math.min(ASK_AGAIN_MS, 2 * lastPauseMs)
      if (asked.has(peer)) asked.set(peer, { atMs, againMs })
      drop(peer)
      failed(error)
    } finally {
      asking--
    }
  }

  function isDue(peer: PeerId): boolean {
    const last = asked.get(peer)
    const isPaused = last !== undefined && Math.abs(clock.nowMs() - last.atMs) < last.againMs
    return !isPaused && (names.has(peer) || names.size < NEARBY_MAX)
  }

  function look(): void {
    if (cancel === undefined) return
    const here = transport
      .connections()
      .filter(({ peer, route, address }) => route === 'direct' && isLocalAddress(address) && !isKnown(peer))
      .map(({ peer }) => peer)
    const present = new Set(here)
    for (const peer of names.keys()) if (!present.has(peer)) drop(peer)
    for (const peer of asked.keys()) if (!present.has(peer)) asked.delete(peer)
    for (const peer of here) if (asking < ASKED_AT_ONCE_MAX && isDue(peer)) void ask(peer)
  }

  return {
    start() {
      cancel = repeatEvery(clock, LOOK_MS, look)
      look()
    },
    stop() {
      cancel?.()
      cancel = undefined
    },
    names: () => names,
    look,
  }
}
