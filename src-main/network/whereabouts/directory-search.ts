import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { LeftRecord } from '../../protocol/whereabouts.ts'
import type { PairRecords } from './pair-records.ts'

/** Contacts looked for at a time: each is a search among the directory servers. */
const SOUGHT_MAX = 8
/** Answers of different servers for one name that are read; an honest server gives the record left last. */
const ANSWERS_MAX = 16
/** The longest time of one search. */
const SEARCH_MS_MAX = 20_000
/** A missing contact is looked for after this, and then after twice as long, and so on up to the other. */
const LOOK_MS_MIN = 3_000
const LOOK_MS_MAX = 30 * 60_000

/** Dependencies of the directory search. */
export interface DirectorySearchParts {
  readonly transport: Pick<Transport, 'leaveRecord' | 'findRecords'>
  readonly clock: Clock
  readonly records: PairRecords
  /** Contacts that are missing at this moment. */
  readonly missing: () => readonly PeerId[]
  /** This peer's own signed record. */
  readonly own: () => Uint8Array
  /** Takes what lay there under the names that were asked for. */
  readonly takeFound: (
    found: readonly LeftRecord[],
    asked: readonly { readonly peer: PeerId; readonly token: Uint8Array }[],
  ) => Promise<void>
  /** Does something for which it does not matter whether it succeeds. */
  readonly inBackground: (work: Promise<unknown>) => void
}

/** Looks for contacts in the network's directory. */
export interface DirectorySearch {
  /** A contact went, or the network changed: soon, and often at first. */
  hurry(): void
  stop(): void
}

/**
 * Leaves this peer's record for missing contacts with the network's directory servers, and looks there for theirs. Finds
 * a contact when both have new addresses and no common friend is online. The servers see sealed bytes, under names that
 * last one day.
 */
export function createDirectorySearch(parts: DirectorySearchParts): DirectorySearch {
  const { transport, clock, records, inBackground } = parts
  const stopping = new AbortController()
  let pauseMs = LOOK_MS_MIN
  let turn = 0
  let dueAtMs = 0
  let cancel: (() => void) | undefined

  const signal = (): AbortSignal => AbortSignal.any([stopping.signal, AbortSignal.timeout(SEARCH_MS_MAX)])

  async function lookFor(peer: PeerId): Promise<void> {
    const nowMs = clock.nowMs()
    for (const { token, sealed } of records.sealedFor(peer, parts.own(), nowMs)) {
      await transport.leaveRecord(token, sealed, { signal: signal() })
    }
    for (const token of records.tokensFrom(peer, nowMs)) {
      const found: LeftRecord[] = []
      for await (const sealed of transport.findRecords(token, { signal: signal() })) {
        found.push({ token, sealed })
        if (found.length === ANSWERS_MAX) break
      }
      await parts.takeFound(found, [{ peer, token }])
    }
  }

  function look(): void {
    const missing = parts.missing()
    // All get their turn, however many there are.
    const from = missing.length > SOUGHT_MAX ? turn % missing.length : 0
    const sought = [...missing.slice(from), ...missing.slice(0, from)].slice(0, SOUGHT_MAX)
    turn = from + sought.length
    for (const peer of sought) inBackground(lookFor(peer))
    pauseMs = Math.min(2 * pauseMs, LOOK_MS_MAX)
    lookIn(pauseMs)
  }

  function lookIn(ms: number): void {
    dueAtMs = clock.nowMs() + ms
    cancel = clock.after(ms, look)
  }

  return {
    hurry() {
      pauseMs = LOOK_MS_MIN
      // A look that is due soon is not put off.
      if (cancel !== undefined && Math.abs(dueAtMs - clock.nowMs()) <= LOOK_MS_MIN) return
      cancel?.()
      lookIn(pauseMs)
    },
    stop() {
      stopping.abort()
      cancel?.()
    },
  }
}
