/** The text of people, in English. */
export const people = {}
