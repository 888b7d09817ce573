/** An invariant that does not hold: which one, and what was seen instead. */
export class Broken extends Error {
  override readonly name = 'Broken'
  readonly rule: string
  constructor(rule: string, seen: string) {
    super(`[${rule}] ${seen}`)
    this.rule = rule
  }
}

/** Checks an invariant; `seen` is called only when it does not hold. @throws Broken */
export function hold(rule: string, holds: boolean, seen: () => string): asserts holds {
  if (!holds) throw new Broken(rule, seen())
}
