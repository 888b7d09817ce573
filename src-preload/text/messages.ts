import type { english } from './en/all.ts'

/** The catalogue's shape: every language has all of it. */
export type Messages = typeof english
