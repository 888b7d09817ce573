import { OP } from './instruction.ts'

/** Bytes that grow as they are written. */
export interface ByteWriter {
  bytes: Uint8Array<ArrayBuffer>
  length: number
}

/** Bytes of a size, however small: it is filled in afterwards. */
const SIZE_BYTES = 5
/** From this length on, copying by `set` is faster than byte by byte. */
const SHORT_COPY = 32

/** An empty writer with room for `capacity` bytes. */
export function createByteWriter(capacity: number): ByteWriter {
  return { bytes: new Uint8Array(Math.max(16, Math.ceil(capacity))), length: 0 }
}

/** The bytes written so far, as a view of the writer's own memory. */
export function writtenBytes({ bytes, length }: ByteWriter): Uint8Array<ArrayBuffer> {
  return bytes.subarray(0, length)
}

/** Makes room for `count` more bytes. */
function reserve(writer: ByteWriter, count: number): void {
  if (writer.length + count <= writer.bytes.length) return
  const larger = new Uint8Array(Math.max(writer.bytes.length * 2, writer.length + count))
  larger.set(writer.bytes.subarray(0, writer.length))
  writer.bytes = larger
}

/** Writes one byte. */
export function writeByte(writer: ByteWriter, byte: number): void {
  if (writer.length === writer.bytes.length) reserve(writer, 1)
  writer.bytes[writer.length++] = byte
}

/** Writes a part of `source`. */
export function writeRange(writer: ByteWriter, source: Uint8Array, from: number, to: number): void {
  reserve(writer, to - from)
  if (to - from > SHORT_COPY) writer.bytes.set(source.subarray(from, to), writer.length)
  else copyShort(writer.bytes, writer.length, source, from, to)
  writer.length += to - from
}

function copyShort(
  target: Uint8Array,
  at: number,
  source: ArrayLike<number>,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) target[at + i - from] = source[i] ?? 0
}

/** Writes all of `bytes`. */
export function writeBytes(writer: ByteWriter, bytes: ArrayLike<number>): void {
  reserve(writer, bytes.length)
  if (bytes.length > SHORT_COPY) writer.bytes.set(bytes, writer.length)
  else copyShort(writer.bytes, writer.length, bytes, 0, bytes.length)
  writer.length += bytes.length
}

/** Writes an unsigned LEB128 integer of up to 53 bits. */
export function writeUnsigned(writer: ByteWriter, value: number): void {
  let rest = value
  while (rest >= 0x80) {
    writeByte(writer, (rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  writeByte(writer, rest)
}

/** Writes a signed LEB128 integer of up to 53 bits. */
export function writeSigned(writer: ByteWriter, value: number): void {
  let rest = value
  while (rest < -64 || rest > 63) {
    writeByte(writer, (((rest % 128) + 128) % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  writeByte(writer, rest & 0x7f)
}

/** Writes what `write` writes, and before it its size, padded to five bytes. */
export function writeSized(writer: ByteWriter, write: (to: ByteWriter) => void): void {
  reserve(writer, SIZE_BYTES)
  const at = writer.length
  writer.length += SIZE_BYTES
  write(writer)
  const size = writer.length - at - SIZE_BYTES
  for (let i = 0; i < SIZE_BYTES; i++) {
    writer.bytes[at + i] = ((size >>> (7 * i)) & 0x7f) | (i < SIZE_BYTES - 1 ? 0x80 : 0)
  }
}

/** An instruction with one index. */
export function writeIndexed(writer: ByteWriter, opcode: number, index: number): void {
  writeByte(writer, opcode)
  writeUnsigned(writer, index)
}

/** i64.const of up to 53 bits. */
export function writeConstant(writer: ByteWriter, value: number): void {
  writeByte(writer, OP.i64Const)
  writeSigned(writer, value)
}

/** An unsigned LEB128 integer by itself. */
export function unsignedBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsignedBytes(value >>> 7)]
}
