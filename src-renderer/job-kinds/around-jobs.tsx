import type { ReactNode } from 'react'
import { allKinds } from './table.ts'

/** Keeps what kinds need on all screens that show jobs, such as small pictures. */
export function JobKindProviders({ children }: { readonly children: ReactNode }) {
  return allKinds.reduceRight(
    (inner, { Provider }) => (Provider === undefined ? inner : <Provider>{inner}</Provider>),
    children,
  )
}

/** Puts what kinds have around the jobs screens, such as a place to drop files. Inside `JobKindProviders`. */
export function JobKindZones({ children }: { readonly children: ReactNode }) {
  return allKinds.reduceRight(
    (inner, { Zone }) => (Zone === undefined ? inner : <Zone>{inner}</Zone>),
    children,
  )
}

/** Fetches what the board needs of the kinds. What cannot be fetched now is fetched, and reported, when it is shown. */
export async function preloadJobKinds(): Promise<void> {
  await Promise.allSettled(allKinds.flatMap(({ preload }) => (preload === undefined ? [] : [preload()])))
}
