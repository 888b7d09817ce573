/** Four floats at once: a blend that is stored, and a sum of products that stays in registers. */

const BYTES: usize = 16384

function fill(at: usize, step: f32, from: f32): void {
  for (let i: usize = 0; i < BYTES; i += 4) store<f32>(at + i, <f32>(i >> 2) * step + from)
}

function total(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)
  )
}

/** n times b ← (a/2 + b)/2 over 4,096 floats. */
export function blend(n: i32): i64 {
  heap.reset()
  const a = heap.alloc(BYTES)
  const b = heap.alloc(BYTES)
  fill(a, 0.001, 0)
  fill(b, 0, 1)
  const half = f32x4.splat(0.5)
  let sum = f32x4.splat(0)
  for (let round = 0; round < n; round++) {
    for (let i: usize = 0; i < BYTES; i += 16) {
      const mixed = f32x4.add(f32x4.mul(v128.load(a + i), half), v128.load(b + i))
      v128.store(b + i, f32x4.mul(mixed, half))
      sum = f32x4.add(sum, mixed)
    }
  }
  return <i64>reinterpret<i32>(total(sum))
}

/** n times the sum of products of 4,096 floats. */
export function dot(n: i32): i64 {
  heap.reset()
  const a = heap.alloc(BYTES)
  const b = heap.alloc(BYTES)
  fill(a, 0.001, 0)
  fill(b, -0.0005, 2)
  let sum = f32x4.splat(0)
  for (let round = 0; round < n; round++) {
    for (let i: usize = 0; i < BYTES; i += 32) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(a + i), v128.load(b + i)))
      sum = f32x4.add(sum, f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)))
    }
  }
  return <i64>reinterpret<i32>(total(sum))
}
