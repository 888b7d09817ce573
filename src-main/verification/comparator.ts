import type { Cid } from '../protocol/ids.ts'

/**
 * Says whether two outputs of one unit count as the same. Consensus asks only this; how it is known (equal hashes,
 * numbers within a tolerance, pictures that look alike) is the comparator's. It is reflexive and symmetric, and need
 * not be transitive.
 */
export interface Comparator {
  readonly name: string
  readonly alike: (a: Cid, b: Cid) => boolean
}

/** Outputs are the same when their bytes are: for everything that computes bit for bit alike everywhere. */
export const exactHash: Comparator = { name: 'exact-hash', alike: (a, b) => a === b }

/** Every rule by which outputs may be compared, by the name that manifests use. */
const COMPARATORS: ReadonlyMap<string, Comparator> = new Map([[exactHash.name, exactHash]])

/** Whether the rule that a manifest names compares bit for bit, so that only equal engines can agree by it. */
export function comparesExactly(name: string = exactHash.name): boolean {
  return name === exactHash.name
}

/** The rule that a manifest names; `exact-hash` when it names none, undefined for one that this version does not know. */
export function comparatorOf(name: string = exactHash.name): Comparator | undefined {
  return COMPARATORS.get(name)
}
