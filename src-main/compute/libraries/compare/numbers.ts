import type { Element, NumericTolerance } from '../../../protocol/comparator.ts'
import type { InputFile, LibraryInput } from '../../library.ts'
import type { PairRule } from './pairs.ts'

/** Bytes of each output read at a time: a whole number of elements of any type. */
const PIECE_BYTES = 1 << 20

/** An output that is open, and its length. */
interface OpenNumbers {
  readonly file: InputFile
  readonly bytes: number
}

type Numbers = ArrayLike<number> | ArrayLike<bigint>

/** Elements by their type. Every platform of this program is little-endian, as WebAssembly is. */
const VIEWS: Readonly<Record<Element, { bytes: number; view: (buffer: ArrayBuffer) => Numbers }>> = {
  u8: { bytes: 1, view: (buffer) => new Uint8Array(buffer) },
  i8: { bytes: 1, view: (buffer) => new Int8Array(buffer) },
  u16: { bytes: 2, view: (buffer) => new Uint16Array(buffer) },
  i16: { bytes: 2, view: (buffer) => new Int16Array(buffer) },
  u32: { bytes: 4, view: (buffer) => new Uint32Array(buffer) },
  i32: { bytes: 4, view: (buffer) => new Int32Array(buffer) },
  u64: { bytes: 8, view: (buffer) => new BigUint64Array(buffer) },
  i64: { bytes: 8, view: (buffer) => new BigInt64Array(buffer) },
  f32: { bytes: 4, view: (buffer) => new Float32Array(buffer) },
  f64: { bytes: 8, view: (buffer) => new Float64Array(buffer) },
}

/**
 * Compares outputs number by number, a piece at a time, so that memory does not grow with them. An output whose length
 * is no whole number of elements cannot be read.
 */
export function numberRule(tolerance: NumericTolerance): PairRule<OpenNumbers> {
  const { bytes: elementBytes, view } = VIEWS[tolerance.element]
  const buffers = [new ArrayBuffer(PIECE_BYTES), new ArrayBuffer(PIECE_BYTES)] as const
  const [ones, others] = [view(buffers[0]), view(buffers[1])]
  return {
    shape: ({ bytes }: LibraryInput) =>
      bytes % elementBytes === 0
        ? { kind: 'read', value: `${bytes} bytes` }
        : { kind: 'unreadable', why: `${bytes} bytes are no whole number of ${tolerance.element}` },
    read: (output) => ({ kind: 'read', value: { file: output.open(), bytes: output.bytes } }),
    close: ({ file }) => file.close(),
    alike: (one, other) => {
      const unlikeMax = tolerance.outliers * (one.bytes / elementBytes)
      let unlike = 0
      for (let at = 0; at < one.bytes; at += PIECE_BYTES) {
        const length = Math.min(PIECE_BYTES, one.bytes - at)
        fill(one.file, new Uint8Array(buffers[0], 0, length), at)
        fill(other.file, new Uint8Array(buffers[1], 0, length), at)
        for (let i = 0; i < length / elementBytes; i++) {
          if (!isNear(ones[i], others[i], tolerance)) unlike++
        }
        if (unlike > unlikeMax) return false
      }
      return true
    },
  }
}

/** Reads until `target` is full; the file is at least so long. */
function fill(file: InputFile, target: Uint8Array, at: number): void {
  for (let done = 0; done < target.byteLength;) {
    const count = file.readAt(target.subarray(done), at + done)
    if (count === 0) throw new Error(`broken promise: an input ended at byte ${at + done}`)
    done += count
  }
}

type Tolerance = Pick<NumericTolerance, 'absolute' | 'relative'>

/**
 * Whether two numbers are alike, the same for both orders (as Python's `math.isclose`, PEP 485). NaN is like NaN whatever
 * its bits, and an infinity like itself alone: else a relative tolerance would take it for any number.
 */
export function isNear(
  a: number | bigint | undefined,
  b: number | bigint | undefined,
  { absolute, relative }: Tolerance,
): boolean {
  if (a === b) return true
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    // The difference is exact before it is rounded: numbers next to each other above 2⁵³ stay different.
    const larger = Math.max(Math.abs(Number(a)), Math.abs(Number(b)))
    return isWithin(Math.abs(Number(a - b)), larger, absolute, relative)
  }
  if (typeof a !== 'number' || typeof b !== 'number') return false
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  const larger = Math.max(Math.abs(a), Math.abs(b))
  return larger < Infinity && isWithin(Math.abs(a - b), larger, absolute, relative)
}

function isWithin(difference: number, larger: number, absolute: number, relative: number): boolean {
  return difference <= absolute || difference <= relative * larger
}
