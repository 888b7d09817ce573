import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { KnownPeer } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { CONTACTS_MAX } from '../../protocol/limits.ts'
import { bareAddress } from './dialer.ts'
import { addressFailure, lookFailure, type AddressFailure, type Look } from './peer-reach.ts'
import { CONNECTION_MS_MIN, DIAL_MS_MAX, DIALS_MAX, RECONNECT_MS_MAX, RECONNECT_MS_MIN } from '../limits.ts'

/** Stays connected with known peers. */
export interface Reconnector {
  /** From now on these and no others. A peer not connected is dialled at once, and for each new address. */
  keep(peers: readonly KnownPeer[]): void
  /** The network has changed: dials all absent peers now. */
  hurry(): void
  /** Where a peer may be, as was told last. */
  addressesOf(peer: PeerId): readonly string[]
  onConnected(peer: PeerId): void
  onDisconnected(peer: PeerId): void
  /** The look for each of them; for a connected peer, the one that would begin now. */
  looks(): ReadonlyMap<PeerId, Look>
  stop(): void
}

/** Dependencies of the reconnector. */
export interface ReconnectorDependencies {
  readonly clock: Clock
  readonly random: Random
  readonly isConnected: (peer: PeerId) => boolean
  /** Dials once, and notes what each address failed with. @throws when none was left */
  readonly dial: (peer: KnownPeer, signal: AbortSignal, note: NoteFailure) => Promise<void>
  /** `looks` has changed. */
  readonly onChange: () => void
  /** New addresses of a peer are known. */
  readonly onNews?: (peer: PeerId) => void
}

/** Takes note of an address, without its peer id, that did not work. */
export type NoteFailure = (address: string, error: unknown) => void

interface Entry {
  known: KnownPeer
  failures: number
  look: Omit<Look, 'nextTryMs'>
  /** The last failure of each address; empty for a connected peer. */
  readonly failed: Map<string, AddressFailure>
  phase:
    | { state: 'connected'; readonly sinceMs: number }
    | { state: 'waiting'; readonly untilMs: number; readonly cancel: () => void }
    /** `turn` is lower for a peer that has waited longer. */
    | { state: 'queued'; readonly turn: number }
    /** Begun anew when more is known than when it began, or the network is another one. */
    | { state: 'dialling'; readonly abort: AbortController; isOutdated: boolean }
}

/**
 * How long to wait before the next try: doubled with each failure up to a bound, half of it by chance, so that peers
 * which lost one another at one moment do not dial at one moment again ("equal jitter", M. Brooker 2015).
 *
 * @param dice 0 to 1
 */
export function backoffMs(failures: number, dice: number): number {
  const fullMs = Math.min(RECONNECT_MS_MIN * 2 ** Math.min(failures, 30), RECONNECT_MS_MAX)
  return fullMs / 2 + (fullMs / 2) * dice
}

/** The entries of a reconnector, and the dials under way. */
interface Dialling {
  readonly dependencies: ReconnectorDependencies
  readonly entries: Map<PeerId, Entry>
  underWay: number
  /** The latest place in the queue. */
  turns: number
  isStopped: boolean
}

/** A reconnector that keeps no peers yet. */
export function createReconnector(dependencies: ReconnectorDependencies): Reconnector {
  const { clock, onChange } = dependencies
  const entries = new Map<PeerId, Entry>()
  const dialling: Dialling = { dependencies, entries, underWay: 0, turns: 0, isStopped: false }
  return {
    hurry() {
      const nowMs = clock.nowMs()
      for (const entry of entries.values()) {
        queueNow(dialling, entry)
        entry.look = { ...entry.look, hopefulFromMs: nowMs }
      }
      dialQueued(dialling)
      onChange()
    },
    keep(peers) {
      const wanted = new Map(peers.slice(0, CONTACTS_MAX).map((known) => [known.peer, known]))
      for (const [peer, entry] of entries) {
        if (wanted.has(peer)) continue
        entries.delete(peer)
        forget(entry)
      }
      for (const known of wanted.values()) keepOne(dialling, known)
      dialQueued(dialling)
      onChange()
    },
    addressesOf: (peer) => entries.get(peer)?.known.addresses ?? [],
    onConnected(peer) {
      const entry = entries.get(peer)
      if (entry === undefined) return
      if (entry.phase.state === 'waiting') entry.phase.cancel()
      if (entry.phase.state !== 'connected') markConnected(dialling, entry)
    },
    onDisconnected(peer) {
      const entry = entries.get(peer)
      if (entry?.phase.state !== 'connected') return
      const lastedMs = clock.nowMs() - entry.phase.sinceMs
      if (lastedMs < CONNECTION_MS_MIN) {
        entry.failures += 1
        entry.look = { ...entry.look, failure: { kind: 'turned-away' } }
      } else {
        entry.failures = 0
        entry.look = lookFrom(clock.nowMs())
      }
      later(dialling, entry)
    },
    looks() {
      const nowMs = clock.nowMs()
      return new Map([...entries].map(([peer, entry]) => [peer, lookAt(entry, nowMs)]))
    },
    stop() {
      dialling.isStopped = true
      for (const entry of entries.values()) forget(entry)
      entries.clear()
    },
  }
}

function forget({ phase }: Entry): void {
  if (phase.state === 'waiting') phase.cancel()
  if (phase.state === 'dialling') phase.abort.abort()
}

function queued(dialling: Dialling): Entry['phase'] {
  dialling.turns += 1
  return { state: 'queued', turn: dialling.turns }
}

function lookFrom(nowMs: number): Entry['look'] {
  return { sinceMs: nowMs, hopefulFromMs: nowMs, tries: 0 }
}

function lookAt({ look, phase }: Entry, nowMs: number): Look {
  if (phase.state === 'waiting') return { ...look, nextTryMs: phase.untilMs }
  return phase.state === 'connected' ? lookFrom(nowMs) : look
}

/** Keeps a peer, and tries again at once where a new address of it is known. */
function keepOne(dialling: Dialling, known: KnownPeer): void {
  const { clock, isConnected, onNews } = dialling.dependencies
  const entry = dialling.entries.get(known.peer)
  if (entry === undefined) {
    const nowMs = clock.nowMs()
    const phase = isConnected(known.peer)
      ? ({ state: 'connected', sinceMs: nowMs } as const)
      : queued(dialling)
    dialling.entries.set(known.peer, { known, failures: 0, look: lookFrom(nowMs), failed: new Map(), phase })
    return
  }
  const isNews = known.addresses.some((address) => !entry.known.addresses.includes(address))
  entry.known = known
  const bare = new Set(bareAddresses(known))
  for (const address of entry.failed.keys()) if (!bare.has(address)) entry.failed.delete(address)
  if (!isNews) return
  queueNow(dialling, entry)
  onNews?.(known.peer)
}

/** Queues a peer after a pause. */
function later(dialling: Dialling, entry: Entry): void {
  const { clock, random, onChange } = dialling.dependencies
  const { buffer, byteOffset } = random.bytes(4)
  const dice = new DataView(buffer, byteOffset).getUint32(0) / 2 ** 32
  const pauseMs = backoffMs(entry.failures, dice)
  const cancel = clock.after(pauseMs, () => {
    entry.phase = queued(dialling)
    dialQueued(dialling)
  })
  entry.phase = { state: 'waiting', untilMs: clock.nowMs() + pauseMs, cancel }
  onChange()
}

/** Queues a peer that waits, and begins the dial under way anew. */
function queueNow(dialling: Dialling, entry: Entry): void {
  if (entry.phase.state === 'dialling') {
    entry.failures = 0
    entry.phase.isOutdated = true
    entry.phase.abort.abort()
  }
  if (entry.phase.state !== 'waiting') return
  entry.phase.cancel()
  entry.failures = 0
  entry.phase = queued(dialling)
}

function markConnected({ dependencies }: Dialling, entry: Entry): void {
  entry.phase = { state: 'connected', sinceMs: dependencies.clock.nowMs() }
  entry.failed.clear()
  dependencies.onChange()
}

/** Dials in the order of the queue, so that a contact with news at every moment has no more tries than the others. */
function dialQueued(dialling: Dialling): void {
  const waiting = [...dialling.entries.values()].flatMap((entry) =>
    entry.phase.state === 'queued' ? [{ entry, turn: entry.phase.turn }] : [],
  )
  for (const { entry } of waiting.sort((a, b) => a.turn - b.turn)) {
    if (dialling.isStopped || dialling.underWay >= DIALS_MAX) return
    void dialOne(dialling, entry)
  }
}

async function dialOne(dialling: Dialling, entry: Entry): Promise<void> {
  const { clock, isConnected, dial } = dialling.dependencies
  const abort = new AbortController()
  const cancelTimeout = clock.after(DIAL_MS_MAX, () => abort.abort())
  const phase = { state: 'dialling' as const, abort, isOutdated: false }
  entry.phase = phase
  dialling.underWay += 1
  entry.look = { ...entry.look, tries: entry.look.tries + 1 }
  const note: NoteFailure = (address, error) => void entry.failed.set(address, addressFailure(error))
  // A connection may come (from the other side) and go while the dial is still under way.
  const isOver = () => !isCurrent(dialling, entry) || entry.phase.state !== 'dialling'
  try {
    await dial(entry.known, abort.signal, note)
  } catch {
    if (!phase.isOutdated) {
      entry.failures += 1
      entry.look = { ...entry.look, failure: lookFailure(bareAddresses(entry.known), entry.failed) }
    }
  } finally {
    cancelTimeout()
    dialling.underWay -= 1
  }
  if (!isOver()) {
    if (isConnected(entry.known.peer)) markConnected(dialling, entry)
    else if (phase.isOutdated) entry.phase = queued(dialling)
    else later(dialling, entry)
  }
  dialQueued(dialling)
}

function isCurrent({ entries, isStopped }: Dialling, entry: Entry): boolean {
  return !isStopped && entries.get(entry.known.peer) === entry
}

function bareAddresses({ peer, addresses }: KnownPeer): string[] {
  return addresses.map((address) => bareAddress(address, peer))
}
