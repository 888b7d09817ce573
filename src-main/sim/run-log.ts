import type { DurableEvent, PeerEvent } from '../peer/event.ts'
import type { PeerId } from '../protocol/ids.ts'
import { START_MS, type PlannedPeer } from './scenario.ts'

/** FNV-1a (G. Fowler, L. Noll, K.-P. Vo), 32 bits. */
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
/** Longer texts of an event are cut to their end in the trace. */
const TEXT_MAX = 40

/** Digests everything that happens in a run, and prints it where a trace is asked for. */
export interface RunLog {
  /** Digests the events of a turn, and prints them. */
  turned(peer: PeerId, events: readonly PeerEvent[], durable: readonly DurableEvent[]): void
  /** Digests an incident, and prints it. */
  happened(line: string): void
  /** Prints a line; it is made only for a trace. */
  say(line: () => string): void
  nameOf(peer: PeerId): string
  /** Equal for equal runs. */
  digest(): string
}

/** Creates the log of a run of these peers. */
export function createRunLog(
  peers: readonly PlannedPeer[],
  nowMs: () => number,
  trace: ((line: string) => void) | undefined,
): RunLog {
  let hash = FNV_OFFSET

  function note(text: string): void {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  }

  function say(line: () => string): void {
    trace?.(`${String(nowMs() - START_MS).padStart(7)} ${line()}`)
  }

  function nameOf(peer: PeerId): string {
    return peers.find((planned) => planned.peer === peer)?.name ?? peer
  }

  return {
    say,
    nameOf,
    turned(peer, events, durable) {
      for (const event of [...events, ...durable]) note(`${peer} ${event.kind} ${event.at_ms}`)
      say(() => `${nameOf(peer)} ${[...new Set([...events, ...durable].map(summary))].join(', ')}`)
    },
    happened(line) {
      note(line)
      say(() => `* ${line}`)
    },
    digest: () => (hash >>> 0).toString(16).padStart(8, '0'),
  }
}

function summary(event: { readonly kind: string }): string {
  const { at_ms: _, ...rest } = event as { kind: string; at_ms: number }
  switch (event.kind) {
    case 'commitment':
    case 'allocation':
    case 'manifest':
    case 'job-submitted':
    case 'tick':
    case 'allocate':
      return event.kind
    default:
      return JSON.stringify(rest, (_key, value: unknown) =>
        value instanceof Uint8Array
          ? `${value.byteLength} bytes`
          : typeof value === 'string' && value.length > TEXT_MAX
            ? `…${value.slice(-6)}`
            : value,
      )
  }
}
