/** The text of frame, in English. */
export const frame = {}
