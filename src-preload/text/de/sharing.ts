import type { sharing as english } from '../en/sharing.ts'

/** The text of sharing, in German. */
export const sharing: typeof english = {}
