/** The text of start, in English. */
export const start = {}
