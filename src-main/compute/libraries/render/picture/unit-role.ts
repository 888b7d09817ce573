/** A unit's output among a task's inputs: `unit-` and its index. */
const UNIT_ROLE = /^unit-(0|[1-9][0-9]{0,6})$/

/** The index of the unit whose output an input's role names; undefined for any other role. */
export function unitIndexOf(role: string): number | undefined {
  const index = UNIT_ROLE.exec(role)?.[1]
  return index === undefined ? undefined : Number(index)
}
