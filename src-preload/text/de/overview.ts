import type { overview as english } from '../en/overview.ts'

/** The text of overview, in German. */
export const overview: typeof english = {}
