import { z } from 'zod'
import { Nothing, procedure } from './procedure.ts'

/** How this user likes the program. */
export const Preferences = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'de']),
  /** Tell when a job ends or somebody wants to pair. */
  notifications: z.boolean(),
  /** Only the desktop can; the headless host is started by its service. */
  start_at_login: z.boolean(),
  /** Whether the first start's cards were gone through or skipped. */
  first_start_done: z.boolean(),
})
export type Preferences = z.infer<typeof Preferences>

/** What a preference is until it is set. */
export const PREFERENCES: Preferences = {
  theme: 'system',
  language: 'system',
  notifications: true,
  start_at_login: false,
  first_start_done: false,
}

const some = Preferences.shape

/** Some of the preferences. */
export const PreferencesChange = z.strictObject({
  theme: some.theme.exactOptional(),
  language: some.language.exactOptional(),
  notifications: some.notifications.exactOptional(),
  start_at_login: some.start_at_login.exactOptional(),
  first_start_done: some.first_start_done.exactOptional(),
})
export type PreferencesChange = z.infer<typeof PreferencesChange>

/** Remembered by the peer, so that window, browser and tray agree. */
export const preferences = {
  get: procedure.output(
    z.strictObject({
      preferences: Preferences,
      /** Which of the two hosts serves this peer. */
      host: z.enum(['desktop', 'headless']),
    }),
  ),
  set: procedure.input(PreferencesChange).output(Nothing),
}
