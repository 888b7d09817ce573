import type { FunctionCode } from '../parse/function-code.ts'

/** The edits of a function's code. */
export interface FunctionPlan extends FunctionCode {
  /** Index, imports first. */
  readonly index: number
  /** Offset of the declarations of locals. */
  readonly at: number
  /** Locals, parameters included. */
  readonly localCount: number
  /** Its edits in the module's list: from, to (excluded); the first is its entry's charge. */
  readonly firstEdit: number
  readonly lastEdit: number
  /** Slots of 8 bytes that a frame takes of the stack at most. */
  readonly slots: number
  /** Whether it has a loop, and calls functions of the module. */
  readonly hasLoop: boolean
  readonly hasCall: boolean
  /** Whether it has exception instructions, float arithmetic, charges by length, counted loops. */
  readonly hasExceptions: boolean
  readonly hasArithmetic: boolean
  readonly hasLengths: boolean
  readonly hasRounds: boolean
}
