import { z } from 'zod'
import { PREFERENCES, Preferences, type PreferencesChange } from '#contract'
import type { Settings } from '../../ports/settings.ts'

/** Where the preferences are kept. */
const KEY = 'preferences'

const { theme, language, notifications, start_at_login, first_start_done, show_pictures_to_helpers } =
  Preferences.shape
/** As they are kept: one that is new, or no longer understood, has its default. */
const Kept = z.object({
  theme: theme.catch(PREFERENCES.theme),
  language: language.catch(PREFERENCES.language),
  notifications: notifications.catch(PREFERENCES.notifications),
  start_at_login: start_at_login.catch(PREFERENCES.start_at_login),
  first_start_done: first_start_done.catch(PREFERENCES.first_start_done),
  show_pictures_to_helpers: show_pictures_to_helpers.catch(PREFERENCES.show_pictures_to_helpers),
})

/** How the user likes the program, for all that show it. */
export interface PreferenceStore {
  /** The same object until something changes. */
  now(): Preferences
  /** Remembers a change, and tells all listeners of it. @throws FaultError `storage-failed` */
  set(change: PreferencesChange): void
  /** Calls back after every change, until the returned function is called. */
  onChange(listener: (preferences: Preferences) => void): () => void
}

/** The preferences that are kept in these settings. */
export function createPreferences(settings: Settings): PreferenceStore {
  const listeners = new Set<(preferences: Preferences) => void>()
  let preferences: Preferences = settings.read(KEY, Kept) ?? PREFERENCES
  return {
    now: () => preferences,
    set(change) {
      const next = { ...preferences, ...change }
      settings.write(KEY, next)
      preferences = next
      for (const listener of listeners) listener(preferences)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
