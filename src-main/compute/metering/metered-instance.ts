/** A running module that pays for what it does. */
export interface MeteredInstance {
  /** The module's own exports, without the meter's. */
  readonly exports: WebAssembly.Exports
  /** Units of fuel used since instantiation, instantiation included. Never more than the limit. */
  fuelUsed(): number
  /**
   * Takes fuel for work the host does for the module: bytes logged, copied and the like.
   *
   * @throws FaultError `fuel-exhausted` when there is none left
   */
  charge(units: number): void
  /**
   * Runs `call`, which calls exports, and turns what can go wrong into faults: `fuel-exhausted`, `stack-exhausted`,
   * `memory-exhausted` (this machine's lack, no verdict) and `trapped`. What a host function threw comes through
   * unchanged, even when the module caught it.
   */
  guard<T>(call: () => T): T
}

/**
 * Instantiates a module that `meterModule` made, gives it fuel and runs its start function.
 *
 * @param options.fuel units, at most 2⁵³ − 1
 * @param options.ready hears of the instance before its start function runs, which may call host functions already
 * @throws FaultError as `guard` does
 */
export function instantiateMetered(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  options: { readonly fuel: number; readonly ready?: (instance: MeteredInstance) => void },
): MeteredInstance {
  throw new Error(`not there yet: ${typeof module} ${Object.keys(imports).length} ${options.fuel}`)
}
