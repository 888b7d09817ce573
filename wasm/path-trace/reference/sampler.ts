/** The kernel's random numbers: padded, shuffled and Owen-scrambled Sobol points, bit by bit. */
import { float } from './float.ts'

/** The numbers of one block: four stratified ones, and as many unstratified ones as there are salts. */
export interface Block {
  readonly r: readonly [number, number, number, number]
  hashed(salt: number): number
}

const times = (a: number, b: number) => Math.imul(a, b) >>> 0
const plus = (a: number, b: number) => (a + b) >>> 0
const xor = (a: number, b: number) => (a ^ b) >>> 0

/** The top 24 bits as a number below 1. */
const unitOf = (bits: number) => float((bits >>> 8) / 2 ** 24)

/** Block `block` of sample `sample` of pixel `pixel`. */
export function drawBlock(pixel: number, sample: number, block: number): Block {
  let [x, y, z] = [pixel, 0x9e3779b9, block].map((v) => plus(times(v, 1664525), 1013904223)) as [
    number,
    number,
    number,
  ]
  const mix = () => {
    x = plus(x, times(y, z))
    y = plus(y, times(z, x))
    z = plus(z, times(x, y))
  }
  mix()
  ;[x, y, z] = [xor(x, x >>> 16), xor(y, y >>> 16), xor(z, z >>> 16)]
  mix()
  const key = xor(z, times(sample, 0x9e3779b1))
  const shuffled = [x, y].map((seed) => reverse(scramble(reverse(sample), seed)))
  const dimension = (pair: number, second: boolean, lane: number) => {
    const index = shuffled[pair] ?? 0
    const point = second ? secondDimension(index) : index
    return unitOf(reverse(scramble(point, laneSeed(x, z, lane))))
  }
  return {
    r: [
      dimension(0, false, 0x68bc21eb),
      dimension(0, true, 0x02e5be93),
      dimension(1, false, 0x967a889b),
      dimension(1, true, 0x27d4eb2f),
    ],
    hashed(salt) {
      const a = plus(times(xor(key, salt), 747796405), 2891336453)
      const b = times(xor(a >>> ((a >>> 28) + 4), a), 277803737)
      return unitOf(xor(b >>> 22, b))
    },
  }
}

function laneSeed(x: number, z: number, lane: number): number {
  const a = plus(times(plus(z, lane), 0x2c1b3c6d), x)
  const b = times(xor(a, a >>> 15), 0x297a2d39)
  return xor(b, b >>> 15)
}

function scramble(v: number, seed: number): number {
  v = xor(v, times(v, 0x3d20adea))
  v = times(plus(v, seed), (seed >>> 16) | 1)
  v = xor(v, times(v, 0x05526c56))
  return xor(v, times(v, 0x53a22864))
}

/** A number with its 32 bits in reverse order. */
export function reverse(v: number): number {
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) if ((v >>> bit) & 1) reversed |= 1 << (31 - bit)
  return reversed >>> 0
}

/** Sobol's second dimension of an index, bits reversed: rows of Pascal's triangle, odd entries. */
export function secondDimension(index: number): number {
  let point = 0
  for (let row = 0; row < 32; row++) {
    let parity = 0
    // Entry (row, column) of Pascal's matrix is odd where row's bits are among column's (Lucas).
    for (let column = row; column < 32; column++) {
      if ((row & column) === row) parity ^= (index >>> column) & 1
    }
    point |= parity << row
  }
  return point >>> 0
}
