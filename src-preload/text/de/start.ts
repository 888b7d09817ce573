import type { start as english } from '../en/start.ts'

/** The text of start, in German. */
export const start: typeof english = {}
