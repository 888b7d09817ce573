import type { Settings } from '../ports/settings.ts'
import { assert } from '../protocol/fault.ts'
import { storageFault, type PeerDatabase } from './database.ts'

/** One setting's size as JSON. Larger things are blobs. */
const SETTING_CHARACTERS_MAX = 64 << 10

/**
 * A peer's settings in its database. A value that no longer has the asked shape (of an older program, or edited by
 * hand) counts as absent, so that its default applies.
 */
export function openSettings(database: PeerDatabase): Settings {
  const find = database.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?')
  const save = database.prepare<[string, string]>('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)')
  const forget = database.prepare<[string]>('DELETE FROM setting WHERE key = ?')
  return {
    read(key, schema) {
      const row = find.get(key)
      return row && schema.safeParse(parseJson(row.value)).data
    },
    write(key, value) {
      try {
        if (value === undefined) {
          forget.run(key)
          return
        }
        const json = JSON.stringify(value)
        assert(json.length <= SETTING_CHARACTERS_MAX, `setting ${key} is small`)
        save.run(key, json)
      } catch (error) {
        throw storageFault(error, 'the settings')
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
