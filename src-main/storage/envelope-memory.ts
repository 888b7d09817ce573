import { z } from 'zod'
import type { Clock } from '../ports/clock.ts'
import type { Settings } from '../ports/settings.ts'

/** Newer values within this time are written as one: a restart may lose the last few seconds of what others repeat. */
const WRITE_AFTER_MS = 5_000

/** Others' newest signed states over a restart; whoever reads one verifies it again. */
export interface EnvelopeMemory {
  load(key: string): Uint8Array | undefined
  save(key: string, envelope: Uint8Array): void
  /** Writes what waits. */
  close(): void
}

/** Remembers envelopes among the settings, so that a peer knows at once what its contacts said last. */
export function createEnvelopeMemory(settings: Settings, clock: Clock): EnvelopeMemory {
  const waiting = new Map<string, Uint8Array>()
  let cancel: (() => void) | undefined

  function write(): void {
    cancel = undefined
    for (const [key, envelope] of waiting) {
      settings.write(settingOf(key), Buffer.from(envelope).toString('base64'))
    }
    waiting.clear()
  }

  return {
    load(key) {
      const fresh = waiting.get(key)
      if (fresh !== undefined) return fresh
      const text = settings.read(settingOf(key), z.base64())
      return text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'base64'))
    },
    save(key, envelope) {
      waiting.set(key, envelope.slice())
      cancel ??= clock.after(WRITE_AFTER_MS, write)
    },
    close() {
      cancel?.()
      write()
    },
  }
}

function settingOf(key: string): string {
  return `envelope:${key}`
}
