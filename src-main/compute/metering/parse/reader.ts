import { refuseModule } from '../refusal.ts'

/**
 * A place in a module's bytes and the end of what may be read from there. One shape for sections and function
 * bodies; `bytes` is always the whole module, so that every offset is the one that other tools show.
 */
export interface Cursor {
  readonly bytes: Uint8Array
  at: number
  end: number
}

/** A name longer than this identifies nothing; V8 takes 100,000. */
const NAME_BYTES_MAX = 10_000

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A cursor over part of a module. */
export function cursorOver(bytes: Uint8Array, at: number, end: number): Cursor {
  return { bytes, at, end }
}

/** One byte. @throws FaultError `module-refused` at the end */
export function readByte(cursor: Cursor): number {
  if (cursor.at >= cursor.end) refuseModule('unexpected end', cursor.at)
  return cursor.bytes[cursor.at++] ?? 0
}

/** Steps over `count` bytes. @throws FaultError `module-refused` when there are fewer */
export function skipBytes(cursor: Cursor, count: number): void {
  if (count > cursor.end - cursor.at) refuseModule('unexpected end', cursor.end)
  cursor.at += count
}

/**
 * An unsigned LEB128 integer of 32 bits, which may be padded to five bytes but no further.
 *
 * @throws FaultError `module-refused` when it is truncated, longer, or over 32 bits
 */
export function readU32(cursor: Cursor): number {
  const { bytes, at, end } = cursor
  if (at < end) {
    const first = bytes[at] ?? 0
    if (first < 0x80) {
      cursor.at = at + 1
      return first
    }
  }
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = readByte(cursor)
    if (i === 4 && byte > 0x0f) refuseModule('integer longer than 32 bits', at)
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) break
  }
  return value >>> 0
}

/**
 * Steps over a signed LEB128 integer. Its surplus bits must repeat the sign, as the specification wants.
 *
 * @param bits 32, 33 or 64
 * @throws FaultError `module-refused` when it is truncated, longer, or over `bits`
 */
export function skipSigned(cursor: Cursor, bits: number): void {
  const from = cursor.at
  const longest = Math.ceil(bits / 7)
  for (let i = 1; ; i++) {
    const byte = readByte(cursor)
    if (i === longest) {
      const surplus = ((byte & 0x7f) << 25) >> (25 + bits - 7 * (longest - 1) - 1)
      if (byte >= 0x80 || (surplus !== 0 && surplus !== -1)) {
        refuseModule(`integer longer than ${bits} bits`, from)
      }
    }
    if (byte < 0x80) return
  }
}

/**
 * A signed LEB128 integer of 33 bits, as block types and heap types are written.
 *
 * @throws FaultError `module-refused` when it is truncated, longer, or over 33 bits
 */
export function readS33(cursor: Cursor): number {
  const from = cursor.at
  skipSigned(cursor, 33)
  let value = 0
  let scale = 1
  for (let at = from; at < cursor.at; at++, scale *= 128) value += ((cursor.bytes[at] ?? 0) & 0x7f) * scale
  const negative = ((cursor.bytes[cursor.at - 1] ?? 0) & 0x40) !== 0
  return negative ? value - scale : value
}

/** A vector's length. @throws FaultError `module-refused` when over `max`, which `what` names */
export function readCount(cursor: Cursor, what: string, max: number): number {
  const from = cursor.at
  const count = readU32(cursor)
  if (count > max) refuseModule(`${count} ${what} are over the limit ${max}`, from)
  return count
}

/** A name. @throws FaultError `module-refused` when it is too long or no UTF-8 */
export function readName(cursor: Cursor): string {
  const from = cursor.at
  const length = readCount(cursor, 'bytes of a name', NAME_BYTES_MAX)
  skipBytes(cursor, length)
  try {
    return utf8.decode(cursor.bytes.subarray(cursor.at - length, cursor.at))
  } catch {
    refuseModule('a name that is no UTF-8', from)
  }
}
