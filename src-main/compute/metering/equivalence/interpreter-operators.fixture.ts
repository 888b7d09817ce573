/** The arithmetic of the interpreter's instructions. i32, f32 and f64 are numbers, i32 signed; i64 is a signed bigint. */

export type Value = number | bigint

type Unary = (a: Value) => Value
type Binary = (a: Value, b: Value) => Value
type Load = (memory: DataView, at: number) => Value
type Store = (memory: DataView, at: number, value: Value) => void

const bit = (truth: boolean) => (truth ? 1 : 0)
const trap = (reason: string): never => {
  throw new Error(reason)
}

/** From the first opcode on, one after the other. */
function table<T>(
  entries: readonly (readonly [first: number, operators: readonly T[]])[],
): Record<number, T> {
  return Object.fromEntries(entries.flatMap(([first, all]) => all.map((one, i) => [first + i, one])))
}

const on32 =
  (compute: (a: number, b: number) => number): Binary =>
  (a, b) =>
    compute(Number(a), Number(b)) | 0
const on64 =
  (compute: (a: bigint, b: bigint) => bigint): Binary =>
  (a, b) =>
    BigInt.asIntN(64, compute(BigInt(a), BigInt(b)))
const onFloat =
  (round: (x: number) => number, compute: (a: number, b: number) => number): Binary =>
  (a, b) =>
    round(compute(Number(a), Number(b)))
const compare =
  (test: (a: Value, b: Value) => boolean, of: (x: Value) => Value = (x) => x): Binary =>
  (a, b) =>
    bit(test(of(a), of(b)))
const u32 = (x: Value) => Number(x) >>> 0
const u64 = (x: Value) => BigInt.asUintN(64, BigInt(x))

const ORDER = [
  (a: Value, b: Value) => a < b,
  (a: Value, b: Value) => a > b,
  (a: Value, b: Value) => a <= b,
  (a: Value, b: Value) => a >= b,
]
const equal = (a: Value, b: Value) => a === b
const integerCompare = (unsigned: (x: Value) => Value): Binary[] => [
  compare(equal),
  compare((a, b) => a !== b),
  ...ORDER.flatMap((order) => [compare(order), compare(order, unsigned)]),
]
const floatCompare: Binary[] = [
  compare(equal),
  compare((a, b) => a !== b),
  ...ORDER.map((order) => compare(order)),
]

const nonzero = (b: number) => (b === 0 ? trap('divide by zero') : b)
const integer32: Binary[] = [
  on32((a, b) => a + b),
  on32((a, b) => a - b),
  on32(Math.imul),
  on32((a, b) => (a === -0x80000000 && b === -1 ? trap('divide result unrepresentable') : a / nonzero(b))),
  on32((a, b) => (a >>> 0) / nonzero(b >>> 0)),
  on32((a, b) => a % nonzero(b)),
  on32((a, b) => (a >>> 0) % nonzero(b >>> 0)),
  on32((a, b) => a & b),
  on32((a, b) => a | b),
  on32((a, b) => a ^ b),
  on32((a, b) => a << b),
  on32((a, b) => a >> b),
  on32((a, b) => a >>> b),
  on32((a, b) => (a << b) | (a >>> -b)),
  on32((a, b) => (a >>> b) | (a << -b)),
]
const nonzero64 = (b: bigint) => (b === 0n ? trap('divide by zero') : b)
const LEAST = -(1n << 63n)
const integer64: Binary[] = [
  on64((a, b) => a + b),
  on64((a, b) => a - b),
  on64((a, b) => a * b),
  on64((a, b) => (a === LEAST && b === -1n ? trap('divide result unrepresentable') : a / nonzero64(b))),
  on64((a, b) => u64(a) / nonzero64(u64(b))),
  on64((a, b) => a % nonzero64(b)),
  on64((a, b) => u64(a) % nonzero64(u64(b))),
  on64((a, b) => a & b),
  on64((a, b) => a | b),
  on64((a, b) => a ^ b),
  on64((a, b) => a << (b & 63n)),
  on64((a, b) => a >> (b & 63n)),
  on64((a, b) => u64(a) >> (b & 63n)),
  on64((a, b) => (a << (b & 63n)) | (u64(a) >> (-b & 63n))),
  on64((a, b) => (u64(a) >> (b & 63n)) | (a << (-b & 63n))),
]

const sign = (x: number) => (x < 0 || Object.is(x, -0) ? -1 : 1)
const even = (x: number): number => {
  const low = Math.floor(x)
  const result = x - low < 0.5 || (x - low === 0.5 && low % 2 === 0) ? low : low + 1
  return result === 0 ? 0 * sign(x) : result
}
const floats = (round: (x: number) => number): readonly [Unary[], Binary[]] => {
  const one = [Math.abs, (x: number) => -x, Math.ceil, Math.floor, Math.trunc, even, Math.sqrt]
  const two = [
    (a: number, b: number) => a + b,
    (a: number, b: number) => a - b,
    (a: number, b: number) => a * b,
    (a: number, b: number) => a / b,
    Math.min,
    Math.max,
    (a: number, b: number) => Math.abs(a) * sign(b),
  ]
  return [
    one.map(
      (f): Unary =>
        (a) =>
          round(f(Number(a))),
    ),
    two.map((f) => onFloat(round, f)),
  ]
}
const [f32One, f32Two] = floats(Math.fround)
const [f64One, f64Two] = floats((x) => x)

const leading = (x: bigint, width: number) => width - (x === 0n ? 0 : x.toString(2).length)
const trailing = (x: bigint, width: number) =>
  x === 0n ? width : leading(0n, width) - leading(x & -x, width) - 1
const ones = (x: bigint) => x.toString(2).replaceAll('0', '').length
const bits32 =
  (count: (x: bigint) => number): Unary =>
  (a) =>
    count(BigInt.asUintN(32, BigInt(a)))
const bits64 =
  (count: (x: bigint) => number): Unary =>
  (a) =>
    BigInt(count(u64(a)))

/** To an integer; beyond its range a trap, or the nearest when saturating. */
function truncate(width: 32 | 64, signed: boolean, saturating: boolean): Unary {
  const least = signed ? -(1n << BigInt(width - 1)) : 0n
  const most = signed ? (1n << BigInt(width - 1)) - 1n : (1n << BigInt(width)) - 1n
  return (a) => {
    const x = Number(a)
    if (Number.isNaN(x))
      return saturating ? (width === 32 ? 0 : 0n) : trap('float unrepresentable in integer range')
    const whole = Number.isFinite(x) ? BigInt(Math.trunc(x)) : x < 0 ? least - 1n : most + 1n
    const out = whole < least || whole > most
    if (out && !saturating) return trap('float unrepresentable in integer range')
    const value = whole < least ? least : whole > most ? most : whole
    return width === 32 ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value)
  }
}
const truncations = (saturating: boolean): readonly [Unary[], Unary[]] => [
  [truncate(32, true, saturating), truncate(32, false, saturating)],
  [truncate(64, true, saturating), truncate(64, false, saturating)],
]
const [to32, to64] = truncations(false)
const [sat32, sat64] = truncations(true)
const single = (x: Value) => Math.fround(Number(x))
const scratch = new DataView(new ArrayBuffer(8))
function reinterpret(write: (x: Value) => void, read: () => Value): Unary {
  return (a) => {
    write(a)
    return read()
  }
}

/** Instructions of one operand. */
export const UNARY: Record<number, Unary> = table<Unary>([
  [0x45, [(a) => bit(a === 0)]],
  [0x50, [(a) => bit(a === 0n)]],
  [0x67, [bits32((x) => leading(x, 32)), bits32((x) => trailing(x, 32)), bits32(ones)]],
  [0x79, [bits64((x) => leading(x, 64)), bits64((x) => trailing(x, 64)), bits64(ones)]],
  [0x8b, f32One],
  [0x99, f64One],
  [0xa7, [(a) => Number(BigInt.asIntN(32, BigInt(a)))]],
  [0xa8, [...to32, ...to32]],
  [0xac, [(a) => BigInt(a), (a) => BigInt(u32(a))]],
  [0xae, [...to64, ...to64]],
  [0xb2, [single, (a) => Math.fround(u32(a)), single, (a) => Math.fround(Number(u64(a))), single]],
  [0xb7, [(a) => Number(a), u32, (a) => Number(a), (a) => Number(u64(a)), (a) => a]],
  [
    0xbc,
    [
      reinterpret(
        (x) => scratch.setFloat32(0, Number(x)),
        () => scratch.getInt32(0),
      ),
      reinterpret(
        (x) => scratch.setFloat64(0, Number(x)),
        () => scratch.getBigInt64(0),
      ),
      reinterpret(
        (x) => scratch.setInt32(0, Number(x)),
        () => scratch.getFloat32(0),
      ),
      reinterpret(
        (x) => scratch.setBigInt64(0, BigInt(x)),
        () => scratch.getFloat64(0),
      ),
    ],
  ],
  [0xc0, [(a) => (Number(a) << 24) >> 24, (a) => (Number(a) << 16) >> 16]],
  [
    0xc2,
    [8, 16, 32].map(
      (width): Unary =>
        (a) =>
          BigInt.asIntN(width, BigInt(a)),
    ),
  ],
  [0x100, [...sat32, ...sat32, ...sat64, ...sat64]],
])

/** Instructions of two operands. */
export const BINARY: Record<number, Binary> = table<Binary>([
  [0x46, integerCompare(u32)],
  [0x51, integerCompare(u64)],
  [0x5b, floatCompare],
  [0x61, floatCompare],
  [0x6a, integer32],
  [0x7c, integer64],
  [0x92, f32Two],
  [0xa0, f64Two],
])

/** Loads; what is out of bounds throws. */
export const LOADS: Record<number, Load> = table<Load>([
  [
    0x28,
    [
      (m, at) => m.getInt32(at, true),
      (m, at) => m.getBigInt64(at, true),
      (m, at) => m.getFloat32(at, true),
      (m, at) => m.getFloat64(at, true),
      (m, at) => m.getInt8(at),
      (m, at) => m.getUint8(at),
      (m, at) => m.getInt16(at, true),
      (m, at) => m.getUint16(at, true),
      (m, at) => BigInt(m.getInt8(at)),
      (m, at) => BigInt(m.getUint8(at)),
      (m, at) => BigInt(m.getInt16(at, true)),
      (m, at) => BigInt(m.getUint16(at, true)),
      (m, at) => BigInt(m.getInt32(at, true)),
      (m, at) => BigInt(m.getUint32(at, true)),
    ],
  ],
])

/** Stores; what is out of bounds throws. */
export const STORES: Record<number, Store> = table<Store>([
  [
    0x36,
    [
      (m, at, x) => m.setInt32(at, Number(x), true),
      (m, at, x) => m.setBigInt64(at, BigInt(x), true),
      (m, at, x) => m.setFloat32(at, Number(x), true),
      (m, at, x) => m.setFloat64(at, Number(x), true),
      (m, at, x) => m.setInt8(at, Number(x)),
      (m, at, x) => m.setInt16(at, Number(x), true),
      (m, at, x) => m.setInt8(at, Number(BigInt.asIntN(8, BigInt(x)))),
      (m, at, x) => m.setInt16(at, Number(BigInt.asIntN(16, BigInt(x))), true),
      (m, at, x) => m.setInt32(at, Number(BigInt.asIntN(32, BigInt(x))), true),
    ],
  ],
])
