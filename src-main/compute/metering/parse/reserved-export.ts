/** Names under which an instrumented module exports what the meter needs of it. */
export const RESERVED = {
  /** i64: fuel left; below 0 it is used up */
  fuel: 'meshwork:fuel',
  /** i64: slots of stack left; below 0 they are used up */
  depth: 'meshwork:depth',
  /** the module's start function, if it has one */
  start: 'meshwork:start',
} as const

/** A module that exports one of these itself is refused. */
export const RESERVED_EXPORTS: ReadonlySet<string> = new Set(Object.values(RESERVED))
