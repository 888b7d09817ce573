/** The power of one run of a peer's program. Without it nothing that the program does has an effect. */
export interface Power {
  readonly isOn: boolean
  /** The program acts on the world. @returns whether the act still takes place */
  act(): boolean
  /** The power fails after so many more acts. */
  failAfter(acts: number): void
  fail(): void
}

/** Power that is on; `failed` is called once, when it fails. */
export function createPower(failed: () => void): Power {
  let isOn = true
  let actsLeft = Number.POSITIVE_INFINITY

  function fail(): void {
    if (!isOn) return
    isOn = false
    failed()
  }

  return {
    get isOn() {
      return isOn
    },
    act() {
      if (actsLeft <= 0) fail()
      actsLeft--
      return isOn
    },
    failAfter(acts) {
      actsLeft = acts
    },
    fail,
  }
}
