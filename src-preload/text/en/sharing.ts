/** The text of sharing, in English. */
export const sharing = {}
