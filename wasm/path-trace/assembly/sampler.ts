/**
 * Random numbers keyed by pixel, sample and dimension alone: Owen-scrambled Sobol points, four dimensions at a
 * time as two independently shuffled pairs (padding). Burley, "Practical Hash-based Owen Scrambling" (JCGT 2020);
 * the scrambling hash is Vegdahl's improvement of Laine and Karras's; PCG3D is Jarzynski and Olano (JCGT 2020).
 */

/** Four numbers in 0…1 (1 excluded) of the block drawn last. */
export let r0: f32 = 0
export let r1: f32 = 0
export let r2: f32 = 0
export let r3: f32 = 0

/** Names the block drawn last; what `hashed` starts from. */
let blockKey: u32 = 0

/** 2⁻²⁴: the top 24 bits become a float that is never 1. */
const UNIT: f32 = 5.9604644775390625e-8

/** Draws block `block` of sample `sample` of pixel `pixel` into r0…r3. */
export function draw(pixel: u32, sample: u32, block: u32): void {
  let x: u32 = pixel * 1664525 + 1013904223
  let y: u32 = <u32>0x9e3779b9 * 1664525 + 1013904223
  let z: u32 = block * 1664525 + 1013904223
  x += y * z; y += z * x; z += x * y
  x ^= x >> 16; y ^= y >> 16; z ^= z >> 16
  x += y * z; y += z * x; z += x * y
  blockKey = z ^ (sample * 0x9e3779b1)
  if (ASC_FEATURE_SIMD) drawLanes(sample, x, y, z)
  else drawScalar(sample, x, y, z)
}

/** One more number in 0…1 for the block drawn last, without stratification; equal salts give equal numbers. */
// @ts-ignore: decorator
@inline
export function hashed(salt: u32): f32 {
  const a = (blockKey ^ salt) * 747796405 + 2891336453
  const b = ((a >> ((a >> 28) + 4)) ^ a) * 277803737
  return <f32>(((b >> 22) ^ b) >> 8) * UNIT
}

// ---- one lane at a time

/** Nested uniform scramble of a number whose bits are reversed. */
// @ts-ignore: decorator
@inline
function scramble(v: u32, seed: u32): u32 {
  v ^= v * 0x3d20adea
  v += seed
  v *= (seed >> 16) | 1
  v ^= v * 0x05526c56
  return v ^ (v * 0x53a22864)
}

// @ts-ignore: decorator
@inline
function reverseBits(v: u32): u32 {
  v = ((v >> 1) & 0x55555555) | ((v & 0x55555555) << 1)
  v = ((v >> 2) & 0x33333333) | ((v & 0x33333333) << 2)
  v = ((v >> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4)
  return bswap<u32>(v)
}

/** The second Sobol dimension, bits reversed: multiplication by Pascal's triangle modulo 2. */
// @ts-ignore: decorator
@inline
function pascal(v: u32): u32 {
  v ^= v >> 16
  v ^= (v >> 8) & 0x00ff00ff
  v ^= (v >> 4) & 0x0f0f0f0f
  v ^= (v >> 2) & 0x33333333
  return v ^ ((v >> 1) & 0x55555555)
}

/** The scrambling seed of one of the four dimensions. */
// @ts-ignore: decorator
@inline
function laneSeed(x: u32, z: u32, lane: u32): u32 {
  let s = (z + lane) * 0x2c1b3c6d + x
  s ^= s >> 15
  s *= 0x297a2d39
  return s ^ (s >> 15)
}

function drawScalar(sample: u32, x: u32, y: u32, z: u32): void {
  const reversed = reverseBits(sample)
  const first = reverseBits(scramble(reversed, x)), second = reverseBits(scramble(reversed, y))
  r0 = <f32>(reverseBits(scramble(first, laneSeed(x, z, 0x68bc21eb))) >> 8) * UNIT
  r1 = <f32>(reverseBits(scramble(pascal(first), laneSeed(x, z, 0x02e5be93))) >> 8) * UNIT
  r2 = <f32>(reverseBits(scramble(second, laneSeed(x, z, 0x967a889b))) >> 8) * UNIT
  r3 = <f32>(reverseBits(scramble(pascal(second), laneSeed(x, z, 0x27d4eb2f))) >> 8) * UNIT
}

// ---- four lanes at once: the same numbers

// @ts-ignore: decorator
@inline
function scramble4(v: v128, seed: v128): v128 {
  v = v128.xor(v, i32x4.mul(v, i32x4.splat(0x3d20adea)))
  v = i32x4.add(v, seed)
  v = i32x4.mul(v, v128.or(i32x4.shr_u(seed, 16), i32x4.splat(1)))
  v = v128.xor(v, i32x4.mul(v, i32x4.splat(0x05526c56)))
  return v128.xor(v, i32x4.mul(v, i32x4.splat(0x53a22864)))
}

/** Bytes by a shuffle, bits within them by two table look-ups of four bits each. */
// @ts-ignore: decorator
@inline
function reverseBits4(v: v128): v128 {
  v = i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
  const mask = i8x16.splat(15), low = v128.and(v, mask), high = v128.and(i16x8.shr_u(v, 4), mask)
  return v128.or(
    i8x16.swizzle(i8x16(0, -128, 64, -64, 32, -96, 96, -32, 16, -112, 80, -48, 48, -80, 112, -16), low),
    i8x16.swizzle(i8x16(0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), high),
  )
}

// @ts-ignore: decorator
@inline
function pascal4(v: v128): v128 {
  v = v128.xor(v, i32x4.shr_u(v, 16))
  v = v128.xor(v, v128.and(i32x4.shr_u(v, 8), i32x4.splat(0x00ff00ff)))
  v = v128.xor(v, v128.and(i32x4.shr_u(v, 4), i32x4.splat(0x0f0f0f0f)))
  v = v128.xor(v, v128.and(i32x4.shr_u(v, 2), i32x4.splat(0x33333333)))
  return v128.xor(v, v128.and(i32x4.shr_u(v, 1), i32x4.splat(0x55555555)))
}

// @ts-ignore: decorator
@inline
function drawLanes(sample: u32, x: u32, y: u32, z: u32): void {
  const shuffleSeeds = i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(x), 2, y), 3, y)
  const index = reverseBits4(scramble4(reverseBits4(i32x4.splat(sample)), shuffleSeeds))
  const odd = pascal4(index)
  const points = i8x16.shuffle(index, odd, 0, 1, 2, 3, 20, 21, 22, 23, 8, 9, 10, 11, 28, 29, 30, 31)
  let seeds = i32x4.add(i32x4.splat(z), i32x4(0x68bc21eb, 0x02e5be93, 0x967a889b, 0x27d4eb2f))
  seeds = i32x4.add(i32x4.mul(seeds, i32x4.splat(0x2c1b3c6d)), i32x4.splat(x))
  seeds = v128.xor(seeds, i32x4.shr_u(seeds, 15))
  seeds = i32x4.mul(seeds, i32x4.splat(0x297a2d39))
  seeds = v128.xor(seeds, i32x4.shr_u(seeds, 15))
  const top = i32x4.shr_u(reverseBits4(scramble4(points, seeds)), 8)
  const units = f32x4.mul(f32x4.convert_i32x4_s(top), f32x4.splat(UNIT))
  r0 = f32x4.extract_lane(units, 0)
  r1 = f32x4.extract_lane(units, 1)
  r2 = f32x4.extract_lane(units, 2)
  r3 = f32x4.extract_lane(units, 3)
}
