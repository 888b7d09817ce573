import { FC, FD, OPCODES } from './opcodes.ts'

/**
 * What things cost, in units of fuel. One place, data only: everything here is part of the meter's identity
 * (identity.ts), so that two peers whose receipts name one identity charged the same. A unit is about the time of
 * one simple instruction.
 */

/** From, to (included), units. Instructions not listed cost `ORDINARY`. */
type Row = readonly [number, number, number]

/** An instruction that is not listed: integer arithmetic, comparisons, conversions. */
const ORDINARY = 1

const ROWS: readonly Row[] = [
  [0x00, 0x03, 0], // unreachable, nop, block, loop (see LOOP_ROUND)
  [0x04, 0x04, 1], // if
  [0x05, 0x07, 0], // else, try, catch
  [0x08, 0x0a, 200], // throw, rethrow, throw_ref: V8 leaves compiled code and walks the stack
  [0x0b, 0x0b, 0], // end
  [0x0c, 0x0d, 1], // br, br_if
  [0x0e, 0x0e, 3], // br_table
  [0x10, 0x10, 1], // call; what it calls pays for the rest: FUNCTION_ENTRY, IMPORT_CALL
  [0x11, 0x11, 5], // call_indirect
  [0x12, 0x12, 1], // return_call
  [0x13, 0x13, 5], // return_call_indirect
  [0x18, 0x1a, 0], // delegate, catch_all, drop
  [0x1f, 0x1f, 0], // try_table
  [0x20, 0x22, 0], // locals are registers
  [0x25, 0x26, 2], // table.get, table.set
  [0x28, 0x3e, 2], // loads and stores
  [0x3f, 0x3f, 2], // memory.size
  [0x40, 0x40, 100], // memory.grow; and by page
  [0x41, 0x44, 0], // constants
  [0x6d, 0x70, 12], // i32 division
  [0x7f, 0x82, 16], // i64 division
  [0x91, 0x91, 8], // f32.sqrt
  [0x92, 0x94, 2],
  [0x95, 0x95, 8], // f32.div
  [0x96, 0x97, 3], // f32.min, max
  [0x9f, 0x9f, 12], // f64.sqrt
  [0xa0, 0xa2, 2],
  [0xa3, 0xa3, 10], // f64.div
  [0xa4, 0xa5, 3], // f64.min, max
  [0xd0, 0xd0, 0], // ref.null
  [0xd2, 0xd2, 2], // ref.func
  [FC | 8, FC | 14, 30], // bulk operations; and by length
  [FC | 15, FC | 15, 100], // table.grow; and by element
  [FC | 16, FC | 16, 2], // table.size
  [FC | 17, FC | 17, 30], // table.fill; and by element
  [FD | 0, FD | 0xff, 2], // vectors
  [FD | 12, FD | 12, 0], // v128.const
]

/** Cost by instruction, numbered as in opcodes.ts. */
export const COSTS: Uint16Array = new Uint16Array(OPCODES).fill(ORDINARY)
for (const [first, last, units] of ROWS) COSTS.fill(units, first, last + 1)

/** Each time around a loop: never nothing, or an empty loop would be free and endless. */
export const LOOP_ROUND = 1
/** Entering a function: the call, its frame, its check. Here and not at the calls, where it would cost charges. */
export const FUNCTION_ENTRY = 10
/** Calling a function of the host, which takes no entry's fuel: leaving compiled code and coming back. */
export const IMPORT_CALL = 50

/**
 * Costs of at most this many units on a branch are folded into the charge before it, as if the dearest way had been
 * taken. 0 would be exact and slow.
 */
export const FOLDED_MAX = 8

/** memory.copy, fill and init: one unit for each 2^this bytes. */
export const BULK_BYTES_SHIFT = 3
/** table.copy, fill and init: one unit for each 2^this elements. */
export const BULK_ELEMENTS_SHIFT = 0

/** A page of memory, fresh and zeroed by the operating system on first touch. */
export const PAGE = 1_024
/** An export: each instance makes an object of it. */
export const EXPORT = 2_000
/** An element of a table. */
export const TABLE_ELEMENT = 4
