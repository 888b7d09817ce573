import type { NanShape } from './flow/shapes.ts'

/** At byte `at` of the original, before the instruction there: the value on top of the stack is to be made canonical. */
export interface NanPatch {
  readonly at: number
  readonly shape: NanShape
}
