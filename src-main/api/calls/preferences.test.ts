import { expect, it } from 'vitest'
import type { z } from 'zod'
import { PREFERENCES, type Preferences } from '#contract'
import type { Settings } from '../../ports/settings.ts'
import { createPreferences } from './preferences.ts'

/** Settings over one value, as it lies on the disk. */
function settingsOf(kept: unknown): Settings & { kept: unknown } {
  return {
    kept,
    read<S extends z.ZodType>(_: string, schema: S) {
      return schema.safeParse(this.kept).data
    },
    write(_, value) {
      this.kept = value
    },
  }
}

it('are the defaults until they are set', () => {
  expect(createPreferences(settingsOf(undefined)).now()).toEqual(PREFERENCES)
})

it('keep what was set, and tell all listeners', () => {
  const settings = settingsOf(undefined)
  const preferences = createPreferences(settings)
  const told: Preferences[] = []
  const stop = preferences.onChange((now) => told.push(now))
  preferences.set({ theme: 'dark', first_start_done: true })
  stop()
  preferences.set({ theme: 'light' })
  expect(told).toEqual([{ ...PREFERENCES, theme: 'dark', first_start_done: true }])
  expect(createPreferences(settings).now()).toEqual({
    ...PREFERENCES,
    theme: 'light',
    first_start_done: true,
  })
})

it('a preference that is not understood any more has its default, the others stay', () => {
  const kept = { theme: 'sepia', language: 'de', notifications: 'yes', of_another_version: 1 }
  expect(createPreferences(settingsOf(kept)).now()).toEqual({ ...PREFERENCES, language: 'de' })
  expect(createPreferences(settingsOf('nonsense')).now()).toEqual(PREFERENCES)
})
