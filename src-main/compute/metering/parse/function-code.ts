/** A function type: value types by their bytes, as in `VALUE_TYPE`. */
export interface FunctionType {
  readonly params: ArrayLike<number>
  readonly results: ArrayLike<number>
}

/** The types that a function's code refers to by index, of the whole module, imports first. */
export interface ModuleTypes {
  readonly types: readonly FunctionType[]
  /** type index of each function */
  readonly functions: ArrayLike<number>
  /** value type of each global */
  readonly globals: ArrayLike<number>
  /** type index of each exception tag */
  readonly tags: ArrayLike<number>
}

/** Locals of one type that follow each other, as a function declares them. */
export interface LocalRun {
  readonly count: number
  readonly type: number
}

/** A function's body, where it lies in its module. */
export interface FunctionCode {
  readonly bytes: Uint8Array
  /** offset of the first instruction */
  readonly start: number
  /** offset after the last `end` */
  readonly end: number
  /** type index */
  readonly type: number
  /** declared locals, without the parameters */
  readonly locals: readonly LocalRun[]
}
