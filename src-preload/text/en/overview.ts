/** The text of overview, in English. */
export const overview = {}
