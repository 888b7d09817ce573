import { z } from 'zod'
import { Nothing, procedure } from './procedure.ts'

/** This user's preferences. */
export const Preferences = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'de']),
  /** Notify when a job ends or a person asks to pair. */
  notifications: z.boolean(),
  /** Start at login, on the desktop only; the headless host is started by its service. */
  start_at_login: z.boolean(),
  /** Whether the first start's cards were gone through or skipped. */
  first_start_done: z.boolean(),
  /** Send helpers a small picture of what they worked on when they are thanked; never of an encrypted job. */
  show_pictures_to_helpers: z.boolean(),
})
export type Preferences = z.infer<typeof Preferences>

/** Preferences until they are set. */
export const PREFERENCES: Preferences = {
  theme: 'system',
  language: 'system',
  notifications: true,
  start_at_login: false,
  first_start_done: false,
  // What is in a picture is its owner's to tell.
  show_pictures_to_helpers: false,
}

const some = Preferences.shape

/** Some of the preferences. */
export const PreferencesChange = z.strictObject({
  theme: some.theme.exactOptional(),
  language: some.language.exactOptional(),
  notifications: some.notifications.exactOptional(),
  start_at_login: some.start_at_login.exactOptional(),
  first_start_done: some.first_start_done.exactOptional(),
  show_pictures_to_helpers: some.show_pictures_to_helpers.exactOptional(),
})
export type PreferencesChange = z.infer<typeof PreferencesChange>

/** Remembered by the peer, so that window, browser and tray agree. */
export const preferences = {
  get: procedure.output(
    z.strictObject({
      preferences: Preferences,
      /** The host that serves this peer. */
      host: z.enum(['desktop', 'headless']),
    }),
  ),
  set: procedure.input(PreferencesChange).output(Nothing),
}
