import type { english } from './en/all.ts'

/** The catalogue's shape: every language says all of it. */
export type Messages = typeof english
