import type { Clock } from '../ports/clock.ts'
import type { EnvelopeTable } from './envelope-table.ts'

/** Newer values within this time are written as one: a restart may lose the last few seconds of what others repeat. */
const WRITE_AFTER_MS = 5_000

/** Keeps others' newest signed states over a restart; the reader verifies them again. */
export interface EnvelopeMemory {
  load(key: string): Uint8Array | undefined
  save(key: string, envelope: Uint8Array): void
  /** Writes what waits. */
  close(): void
}

/**
 * Remembers envelopes, so that a peer knows at once what its contacts said last. What cannot be written is dropped and
 * reported: contacts say it again within seconds, and no peer ends for that.
 */
export function createEnvelopeMemory(
  table: EnvelopeTable,
  clock: Pick<Clock, 'after'>,
  report: (error: unknown) => void,
): EnvelopeMemory {
  const waiting = new Map<string, Uint8Array>()
  let cancel: (() => void) | undefined

  function write(): void {
    cancel = undefined
    const envelopes = new Map(waiting)
    waiting.clear()
    try {
      table.keep(envelopes)
    } catch (error) {
      report(error)
    }
  }

  return {
    load: (key) => waiting.get(key) ?? table.find(key),
    save(key, envelope) {
      waiting.set(key, envelope.slice())
      cancel ??= clock.after(WRITE_AFTER_MS, write)
    },
    close() {
      cancel?.()
      if (waiting.size > 0) write()
    },
  }
}
