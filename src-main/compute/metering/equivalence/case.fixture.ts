/** One call of an export. */
export type Invocation = readonly [name: string, ...args: readonly (number | bigint)[]]

/** A module in text, and what is called on one instance of it, one after the other. */
export interface EquivalenceCase {
  readonly name: string
  readonly wat: string
  readonly calls: readonly Invocation[]
}
