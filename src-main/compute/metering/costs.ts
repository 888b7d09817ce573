import { FC, FD, FE, OPCODES } from './parse/opcodes.ts'

/**
 * The cost table, in units of fuel. One place, data only: everything here is part of the meter's identity
 * (identity.ts), so that two peers whose receipts name one identity charged the same.
 *
 * A unit is about the time of one simple instruction among others, 0.07 ns where this table was calibrated. Costs are
 * between an instruction's latency and its throughput, chosen so that the price of a unit in time differs as little as
 * can be between whole programs (`npm run bench -- metering`): additions and loads hide behind other work, logic in
 * long chains does not, and conditions are now and then predicted wrong.
 */

/** From, to (included), units. Instructions not listed cost `ORDINARY`. */
type Row = readonly [number, number, number]

/** An instruction that is not listed: additions, shifts, loads, moves between types. */
const ORDINARY = 1

const ROWS: readonly Row[] = [
  [0x00, 0x03, 0], // unreachable, nop, block, loop (see LOOP_ROUND)
  [0x04, 0x04, 4], // if
  [0x05, 0x07, 0], // else, try, catch
  [0x08, 0x0a, 2_000], // throw, rethrow, throw_ref: V8 leaves compiled code and walks the stack
  [0x0b, 0x0b, 0], // end
  [0x0d, 0x0d, 4], // br_if
  [0x0e, 0x0e, 6], // br_table
  [0x10, 0x10, 1], // call; what it calls pays for the rest: FUNCTION_ENTRY, IMPORT_CALL
  [0x11, 0x11, 8], // call_indirect
  [0x12, 0x12, 1], // return_call
  [0x13, 0x13, 8], // return_call_indirect
  [0x18, 0x1a, 0], // delegate, catch_all, drop
  [0x1f, 0x1f, 0], // try_table
  [0x20, 0x22, 0], // locals are registers
  [0x25, 0x25, 16], // table.get
  [0x26, 0x26, 200], // table.set: V8 calls its runtime
  [0x36, 0x3e, 2], // stores
  [0x3f, 0x3f, 2], // memory.size
  [0x40, 0x40, 4_000], // memory.grow; and by page
  [0x41, 0x42, 0], // integer constants are parts of what uses them
  [0x46, 0x4f, 2], // i32 comparisons, but for eqz
  [0x51, 0x66, 2], // i64 and float comparisons
  [0x6d, 0x6e, 20], // i32 division
  [0x6f, 0x70, 24], // i32 remainder
  [0x71, 0x73, 2], // i32 logic
  [0x77, 0x78, 2], // i32 rotation
  [0x7f, 0x80, 24], // i64 division
  [0x81, 0x82, 28], // i64 remainder
  [0x83, 0x85, 2], // i64 logic
  [0x89, 0x8a, 2], // i64 rotation
  [0x8d, 0x90, 8], // f32 rounding
  [0x91, 0x91, 12], // f32.sqrt
  [0x95, 0x95, 12], // f32.div
  [0x96, 0x98, 3], // f32.min, max, copysign
  [0x9b, 0x9e, 8], // f64 rounding
  [0x9f, 0x9f, 14], // f64.sqrt
  [0xa3, 0xa3, 14], // f64.div
  [0xa4, 0xa6, 3], // f64.min, max, copysign
  [0xa8, 0xab, 10], // i32 from floats
  [0xae, 0xb1, 10], // i64 from floats
  [0xb2, 0xbb, 4], // floats from integers and from each other
  [0xbc, 0xbf, 2], // reinterpretation: from one kind of register to the other
  [0xd2, 0xd2, 20], // ref.func
  [FC | 0, FC | 7, 12], // saturating truncation
  [FC | 8, FC | 11, 40], // bulk operations on memory; and by length
  [FC | 12, FC | 14, 150], // bulk operations on tables; and by length
  [FC | 15, FC | 15, 4_000], // table.grow; and by element
  [FC | 16, FC | 16, 2], // table.size
  [FC | 17, FC | 17, 150], // table.fill; and by element
  [FD | 11, FD | 11, 2], // v128.store
  [FD | 13, FD | 34, 2], // shuffles, splats, lanes
  [FD | 83, FD | 83, 3], // v128.any_true
  [FD | 84, FD | 91, 3], // loads and stores of a lane
  [FD | 94, FD | 95, 4], // demotion, promotion
  [FD | 98, FD | 102, 4], // i8x16 popcnt, all_true, bitmask, narrowing
  [FD | 103, FD | 106, 8], // f32x4 rounding
  [FD | 107, FD | 109, 4], // i8x16 shifts
  [FD | 116, FD | 117, 8], // f64x2 rounding
  [FD | 122, FD | 122, 8],
  [FD | 124, FD | 127, 4], // pairwise sums
  [FD | 130, FD | 134, 4], // i16x8 rounding multiplication, all_true, bitmask, narrowing
  [FD | 139, FD | 141, 2], // i16x8 shifts
  [FD | 148, FD | 148, 8],
  [FD | 149, FD | 149, 4], // i16x8.mul
  [FD | 156, FD | 159, 5], // multiplication into wider lanes
  [FD | 163, FD | 164, 4], // i32x4 all_true, bitmask
  [FD | 171, FD | 173, 2], // i32x4 shifts
  [FD | 181, FD | 181, 8], // i32x4.mul
  [FD | 186, FD | 186, 4], // i32x4.dot_i16x8_s
  [FD | 188, FD | 191, 5],
  [FD | 195, FD | 196, 4], // i64x2 all_true, bitmask
  [FD | 203, FD | 205, 2], // i64x2 shifts
  [FD | 213, FD | 213, 8], // i64x2.mul
  [FD | 214, FD | 219, 2], // i64x2 comparisons
  [FD | 220, FD | 223, 5],
  [FD | 227, FD | 227, 12], // f32x4.sqrt
  [FD | 231, FD | 231, 12], // f32x4.div
  [FD | 232, FD | 233, 8], // f32x4.min, max
  [FD | 239, FD | 239, 18], // f64x2.sqrt
  [FD | 243, FD | 243, 14], // f64x2.div
  [FD | 244, FD | 245, 8], // f64x2.min, max
  [FD | 248, FD | 249, 14], // i32x4 from floats
  [FD | 250, FD | 251, 8], // f32x4 from integers
  [FD | 252, FD | 253, 20], // i32x4 from f64x2
  [FD | 254, FD | 255, 4], // f64x2 from integers
  [FE | 0, FE | 2, 2_000], // notify, wait: V8 calls its runtime; wait traps
  [FE | 3, FE | 3, 100], // atomic.fence: the processor waits for its stores
  [FE | 0x17, FE | 0x4e, 100], // atomic stores and exchanges do too
]

/** Cost by instruction, numbered as in opcodes.ts. */
export const COSTS: Uint16Array = new Uint16Array(OPCODES).fill(ORDINARY)
for (const [first, last, units] of ROWS) COSTS.fill(units, first, last + 1)

/** Each time around a loop: never nothing, or an empty loop would be free and endless. */
export const LOOP_ROUND = 3
/** Entering a function: the call, its frame, its check. Here and not at the calls, where it would cost charges. */
export const FUNCTION_ENTRY = 14
/** Calling a function of the host, which takes no entry's fuel: leaving compiled code and coming back. */
export const IMPORT_CALL = 60

/**
 * Costs of at most this many units on a branch are folded into the charge before it, as if the dearest way had been
 * taken. 0 would be exact and slow.
 */
export const FOLDED_MAX = 12

/** memory.copy, fill and init: one unit for each 2^this bytes. */
export const BULK_BYTES_SHIFT = 2
/** table.copy, fill and init: one unit for each 2^this elements, so 128 for one. */
export const BULK_ELEMENTS_SHIFT = -7

/** A page of memory: one unit for each byte. The operating system zeroes it on first touch, which takes microseconds. */
export const PAGE = 65_536
/** An export: each instance makes an object of it. */
export const EXPORT = 20_000
/** A data or element segment: each instance looks at it, 30 ns. Its bytes and elements are paid for as by a bulk operation. */
export const SEGMENT = 400
/** An element of a table. */
export const TABLE_ELEMENT = 256
