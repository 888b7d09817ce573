import type { Settings } from '../../ports/settings.ts'
import { assert } from '../../protocol/fault.ts'
import { isDiskFull, storageFault, type PeerDatabase } from './database.ts'

/** One setting's size as JSON. Larger things are blobs. */
const SETTING_CHARACTERS_MAX = 64 << 10

/** Settings that may wait for room on the disk; there are some dozens, and a few for each job. */
const WAITING_MAX = 4_096

/**
 * A peer's settings in its database. One that the disk has no room for is remembered in memory, and written with a later
 * one: a choice, or a count of minutes, is no reason to end. A value that no longer has the asked shape (of an older program, or edited by
 * hand) counts as absent, so that its default applies.
 */
export function openSettings(database: PeerDatabase): Settings {
  const find = database.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?')
  const save = database.prepare<[string, string]>('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)')
  const forget = database.prepare<[string]>('DELETE FROM setting WHERE key = ?')
  /** JSON by key, or undefined for one that is to be forgotten, in the order of the writes. */
  const waiting = new Map<string, string | undefined>()

  function writeWaiting(): void {
    for (const [key, json] of waiting) {
      if (json === undefined) forget.run(key)
      else save.run(key, json)
      waiting.delete(key)
    }
  }

  return {
    read(key, schema) {
      const json = waiting.has(key) ? waiting.get(key) : find.get(key)?.value
      return json === undefined ? undefined : schema.safeParse(parseJson(json)).data
    },
    write(key, value) {
      const json = value === undefined ? undefined : JSON.stringify(value)
      assert((json?.length ?? 0) <= SETTING_CHARACTERS_MAX, `setting ${key} is small`)
      waiting.delete(key)
      waiting.set(key, json)
      try {
        writeWaiting()
      } catch (error) {
        const fault = storageFault(error, 'the settings')
        if (isDiskFull(fault) && waiting.size <= WAITING_MAX) return
        waiting.delete(key)
        throw fault
      }
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
