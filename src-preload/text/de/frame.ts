import type { frame as english } from '../en/frame.ts'

/** The text of frame, in German. */
export const frame: typeof english = {}
