import type { people as english } from '../en/people.ts'

/** The text of people, in German. */
export const people: typeof english = {}
