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
  /** From now on these and no others. Who is not connected is dialled at once, and again when a new address is known. */
  keep(peers: readonly KnownPeer[]): void
  /** The network is another one: all who are not connected are dialled now. */
  hurry(): void
  /** Where a peer may be, as was told last. */
  addressesOf(peer: PeerId): readonly string[]
  onConnected(peer: PeerId): void
  onDisconnected(peer: PeerId): void
  /** What is known of the look for each of them; for who is connected, of one that would begin now. */
  looks(): ReadonlyMap<PeerId, Look>
  stop(): void
}

/** What the reconnector acts through. */
export interface ReconnectorParts {
  readonly clock: Clock
  readonly random: Random
  readonly isConnected: (peer: PeerId) => boolean
  /** Dials once, and notes what each address failed with. @throws when none was left */
  readonly dial: (peer: KnownPeer, signal: AbortSignal, note: NoteFailure) => Promise<void>
  /** What `looks` says has changed. */
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
  /** What the addresses failed with last; of who is connected, of none. */
  readonly failed: Map<string, AddressFailure>
  phase:
    | { state: 'connected'; readonly sinceMs: number }
    | { state: 'waiting'; readonly untilMs: number; readonly cancel: () => void }
    /** `turn` is lower for who has waited longer. */
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

/** A reconnector that knows nobody yet. */
export function createReconnector(parts: ReconnectorParts): Reconnector {
  const { clock, random, isConnected, dial, onChange, onNews } = parts
  const entries = new Map<PeerId, Entry>()
  let dialling = 0
  let turns = 0
  let stopped = false

  const forget = (entry: Entry) => {
    if (entry.phase.state === 'waiting') entry.phase.cancel()
    if (entry.phase.state === 'dialling') entry.phase.abort.abort()
  }
  const isCurrent = (entry: Entry) => !stopped && entries.get(entry.known.peer) === entry

  const queued = () => ({ state: 'queued', turn: (turns += 1) }) as const
  const connected = () => ({ state: 'connected', sinceMs: clock.nowMs() }) as const
  const lookFrom = (nowMs: number) => ({ sinceMs: nowMs, hopefulFromMs: nowMs, tries: 0 })
  const later = (entry: Entry) => {
    const { buffer, byteOffset } = random.bytes(4)
    const dice = new DataView(buffer, byteOffset).getUint32(0) / 2 ** 32
    const pauseMs = backoffMs(entry.failures, dice)
    const cancel = clock.after(pauseMs, () => {
      entry.phase = queued()
      dialQueued()
    })
    entry.phase = { state: 'waiting', untilMs: clock.nowMs() + pauseMs, cancel }
    onChange()
  }
  const failedNow = (entry: Entry) => ({
    ...entry.look,
    failure: lookFailure(bareAddresses(entry.known), entry.failed),
  })
  const dialOne = async (entry: Entry) => {
    const abort = new AbortController()
    const cancelTimeout = clock.after(DIAL_MS_MAX, () => abort.abort())
    const phase = { state: 'dialling' as const, abort, isOutdated: false }
    entry.phase = phase
    dialling += 1
    entry.look = { ...entry.look, tries: entry.look.tries + 1 }
    const note: NoteFailure = (address, error) => void entry.failed.set(address, addressFailure(error))
    // A connection may come (from the other side) and go while the dial is still under way.
    const isOver = () => !isCurrent(entry) || entry.phase.state !== 'dialling'
    try {
      await dial(entry.known, abort.signal, note)
    } catch {
      if (!phase.isOutdated) {
        entry.failures += 1
        entry.look = failedNow(entry)
      }
    } finally {
      cancelTimeout()
      dialling -= 1
    }
    if (!isOver()) {
      if (isConnected(entry.known.peer)) markConnected(entry)
      else if (phase.isOutdated) entry.phase = queued()
      else later(entry)
    }
    dialQueued()
  }
  /** Whoever has waited longest is first: a contact with news at every moment has no more turns than the others. */
  const dialQueued = () => {
    const waiting = [...entries.values()].flatMap((entry) =>
      entry.phase.state === 'queued' ? [{ entry, turn: entry.phase.turn }] : [],
    )
    for (const { entry } of waiting.sort((a, b) => a.turn - b.turn)) {
      if (stopped || dialling >= DIALS_MAX) return
      void dialOne(entry)
    }
  }

  const lookAt = (look: Entry['look'], phase: Entry['phase']): Look => {
    if (phase.state === 'waiting') return { ...look, nextTryMs: phase.untilMs }
    return phase.state === 'connected' ? lookFrom(clock.nowMs()) : look
  }
  const queueNow = (entry: Entry) => {
    if (entry.phase.state === 'dialling') {
      entry.failures = 0
      entry.phase.isOutdated = true
      entry.phase.abort.abort()
    }
    if (entry.phase.state !== 'waiting') return
    entry.phase.cancel()
    entry.failures = 0
    entry.phase = queued()
  }
  const markConnected = (entry: Entry) => {
    entry.phase = connected()
    entry.failed.clear()
    onChange()
  }

  return {
    hurry() {
      const nowMs = clock.nowMs()
      for (const entry of entries.values()) {
        queueNow(entry)
        entry.look = { ...entry.look, hopefulFromMs: nowMs }
      }
      dialQueued()
      onChange()
    },
    keep(peers) {
      const wanted = new Map(peers.slice(0, CONTACTS_MAX).map((known) => [known.peer, known]))
      for (const [peer, entry] of entries) {
        if (wanted.has(peer)) continue
        entries.delete(peer)
        forget(entry)
      }
      for (const [peer, known] of wanted) {
        const entry = entries.get(peer)
        if (entry !== undefined) {
          const isNews = known.addresses.some((address) => !entry.known.addresses.includes(address))
          entry.known = known
          const bare = new Set(bareAddresses(known))
          for (const address of entry.failed.keys()) if (!bare.has(address)) entry.failed.delete(address)
          if (!isNews) continue
          queueNow(entry)
          onNews?.(peer)
        } else {
          const phase = isConnected(peer) ? connected() : queued()
          const look = lookFrom(clock.nowMs())
          entries.set(peer, { known, failures: 0, look, failed: new Map(), phase })
        }
      }
      dialQueued()
      onChange()
    },
    addressesOf: (peer) => entries.get(peer)?.known.addresses ?? [],
    onConnected(peer) {
      const entry = entries.get(peer)
      if (entry === undefined) return
      if (entry.phase.state === 'waiting') entry.phase.cancel()
      if (entry.phase.state !== 'connected') markConnected(entry)
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
      later(entry)
    },
    looks() {
      return new Map([...entries].map(([peer, { look, phase }]) => [peer, lookAt(look, phase)]))
    },
    stop() {
      stopped = true
      for (const entry of entries.values()) forget(entry)
      entries.clear()
    },
  }
}

function bareAddresses({ peer, addresses }: KnownPeer): string[] {
  return addresses.map((address) => bareAddress(address, peer))
}
