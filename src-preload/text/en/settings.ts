/** The text of settings, in English. */
export const settings = {}
