import { describe, expect, it } from 'vitest'
import { differentDigests, fuzz } from '../../../fuzz.ts'
import { meterModule } from '../meter.ts'
import { instantiateMetered } from '../metered-instance.ts'
import { everySource } from '../nan/nan-bits.ts'
import { patchModule } from '../nan/insert.fixture.ts'
import { wat } from '../wat.fixture.ts'
import { fuzzer } from './nan.fuzz.ts'
import { BATCH, batchDigest, batchModule, laneByLane, tryBatch } from './nan-oracle.fixture.ts'

/** The first 16 bytes of memory after `run`, whose body leaves a vector: under the oracle, metered, as it is. */
function bitsOf(vector: string, before = '') {
  const bytes = wat(`(module (memory (export "memory") 1)
    (func (export "run") (local $a v128) (local $b v128) (local $c v128)
      ${before} (v128.store (i32.const 0) ${vector})))`)
  const memoryOf = (exports: WebAssembly.Exports) => {
    const { memory, run } = exports
    ;(run as () => void)()
    return Buffer.from((memory as WebAssembly.Memory).buffer, 0, 16).toString('hex')
  }
  const plain = (module: Uint8Array<ArrayBuffer>) =>
    memoryOf(new WebAssembly.Instance(new WebAssembly.Module(module)).exports)
  const options = { memoryPagesMax: 1, tableElementsMax: 0, nanBits: 'canonical' } as const
  const metered = new WebAssembly.Module(meterModule(bytes, options).bytes)
  return {
    oracle: plain(patchModule(bytes, (_, code) => everySource(code), laneByLane)),
    metered: memoryOf(instantiateMetered(metered, {}, { fuel: 1e9 }).exports),
    plain: plain(bytes),
  }
}

const INFINITE = '(f64x2.mul (f64x2.splat (f64.const 1e300)) (f64x2.splat (f64.const 1e300)))'
/** f32 NaNs that are numbers as halves of an f64, and the other way round. */
const HALVES = '(v128.const i32x4 0x7f800001 0x7f61b1e6 0 0)'

describe('[X6] a NaN has canonical bits wherever arithmetic made it, of either width of a vector', () => {
  it.each<[string, string, string]>([
    [
      'f32 halves of the number that f64x2.pmax takes from its second operand',
      `(f32x4.min (f64x2.pmax (local.get $a) (local.get $b)) (local.get $a))`,
      '0000c07f000000000000000000000000',
    ],
    [
      'the same of f64x2.pmin',
      `(f32x4.min (f64x2.pmin (local.get $a) (f64x2.neg (local.get $b))) (local.get $a))`,
      '0000c07fe6b161ff0000000000000000',
    ],
    [
      'a quotient by lanes that a mask has made zero',
      `(f32x4.div (local.get $a) (v128.and (f32x4.splat (f32.const 2)) (v128.const i32x4 0 0 -1 -1)))`,
      '0000c07f0000c07f0000000000000000',
    ],
    [
      'the same of andnot, in f64 lanes',
      `(f64x2.div (local.get $a) (v128.andnot (f64x2.splat (f64.const 2)) (v128.const i64x2 -1 0)))`,
      '000000000000f87f0000000000000000',
    ],
    [
      'a sum of f64 infinities that became NaNs when the signs of f32 lanes were changed',
      `(f64x2.add (f32x4.neg ${INFINITE}) (f64x2.splat (f64.const 1)))`,
      '000000000000f87f000000000000f87f',
    ],
  ])('%s', (_, vector, bits) => {
    const found = bitsOf(vector, `(local.set $b ${HALVES})`)
    expect(found).toMatchObject({ oracle: bits, metered: bits })
  })
})

describe('[X6] bits that no arithmetic made are left alone', () => {
  it.each(['pmax', 'pmin'])('f32 halves of the number that f64x2.%s takes from its second operand', (op) => {
    // Two results meet, so that it is cheaper to look at what is stored than at both.
    const [sum, difference] = ['add', 'sub'].map(
      (each) => `(local.set $a (f32x4.${each} (local.get $a) (local.get $a)))`,
    )
    const before = `(local.set $a (v128.load offset=128 (i32.const 0)))
      (local.set $b ${op === 'pmax' ? HALVES : `(f64x2.neg ${HALVES})`})
      (if (i32.load offset=128 (i32.const 0)) (then ${sum}) (else ${difference}))`
    const { plain, metered } = bitsOf(`(f64x2.${op} (local.get $a) (local.get $b))`, before)
    expect(plain.slice(0, 16)).toBe(op === 'pmax' ? '0100807fe6b1617f' : '0100807fe6b161ff')
    expect(metered).toBe(plain)
  })
})

describe('the oracle', () => {
  it('[X14] says what the meter writes does, in some thousand random programs', async () => {
    const lines: string[] = []
    const range = { seed: 11, from: 0, count: 3_000, digestsOnly: false }
    const { tried, found } = await fuzz(fuzzer, range, (line) => lines.push(line))
    expect(tried).toBeGreaterThanOrEqual(3_000)
    expect({ found, lines }).toMatchObject({ found: 0 })
  })

  it('looks at programs that would show the machine otherwise', () => {
    const telling = [0, 1, 2, 3].reduce((sum, batch) => sum + tryBatch(11, batch).telling, 0)
    expect(telling).toBeGreaterThan(BATCH)
  })

  it('finds the same program again by seed and number', () => {
    expect(batchModule(5, 2)).toEqual(batchModule(5, 2))
    expect(batchModule(5, 2)).not.toEqual(batchModule(6, 2))
    expect(batchDigest(5, 2)).toBe(tryBatch(5, 2).digest)
    expect(batchDigest(5, 3)).not.toBe(batchDigest(5, 5))
  })
})

describe('npm run fuzz', () => {
  it('tells each input by the command that tries it again, and counts', async () => {
    const lines: string[] = []
    const steps = [
      { tried: 2, found: [], digest: 'a' },
      { tried: 2, found: [{ index: 42, what: 'is wrong' }], digest: 'b' },
    ]
    const range = { seed: 3, from: 40, count: 4, digestsOnly: false }
    const outcome = await fuzz({ name: 'x', inputs: 'frames', count: 1, run: () => steps }, range, (line) =>
      lines.push(line),
    )
    expect(outcome).toEqual({ tried: 4, found: 1, digests: ['a', 'b'] })
    expect(lines).toEqual([
      'x: is wrong (npm run fuzz -- x --seed 3 --from 42 --count 1)',
      'x: seed 3, 4 frames from 40 on, 1 found',
    ])
  })

  it('compares digests as far as both go', () => {
    expect(differentDigests(['a', 'b', 'c'], ['a', 'x'])).toEqual([1])
  })
})
