import type { settings as english } from '../en/settings.ts'

/** The text of settings, in German. */
export const settings: typeof english = {}
