import * as dagCbor from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeCanonical, encodeCanonical, equalBytes } from './canonical.ts'
import { countCborItems } from './cbor-items.ts'
import { MESSAGE_BYTES_MAX, NESTING_MAX } from './limits.ts'

const anything = z.unknown()
const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)

function kindOf(bytes: Uint8Array, schema: z.ZodType = anything, bytesMax = 1 << 20): string {
  const decoded = decodeCanonical(bytes, schema, bytesMax)
  return decoded.ok ? 'ok' : decoded.fault.kind
}

describe('canonical bytes', () => {
  test('[E3] are the same whatever the order of the keys', () => {
    const entries = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer()), {
      selector: ([key]) => key,
    })
    fc.assert(
      fc.property(
        entries.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(encodeCanonical(Object.fromEntries(shuffled))).toEqual(
            encodeCanonical(Object.fromEntries(list)),
          )
        },
      ),
    )
  })

  test('[E3] leave out what is undefined, at any depth', () => {
    const value = { a: undefined, b: [{ c: undefined, d: 1 }], e: { f: { g: undefined } } }
    expect(encodeCanonical(value)).toEqual(encodeCanonical({ b: [{ d: 1 }], e: { f: {} } }))
  })

  test('[E2] of any origin never make the decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['ok', 'malformed', 'not-canonical', 'oversized']).toContain(kindOf(bytes))
      }),
      { numRuns: 3_000 },
    )
  })

  test('[E2] that decode are the encoding of what they decode to', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const decoded = decodeCanonical(bytes, anything, 100)
        if (decoded.ok) expect(equalBytes(encodeCanonical(decoded.value), bytes)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  test('[E4] beyond the bound are refused unread', () => {
    const bytes = encodeCanonical('x'.repeat(100))
    expect(kindOf(bytes, z.string(), bytes.length)).toBe('ok')
    expect(kindOf(bytes, z.string(), bytes.length - 1)).toBe('oversized')
    expect(kindOf(new Uint8Array(101).fill(0xff), anything, 100)).toBe('oversized')
  })

  test('[E4] that are nested too deep are refused, even deep enough to exhaust the stack', () => {
    const nested = (depth: number): Uint8Array => Uint8Array.from([...Array<number>(depth).fill(0x81), 0x01])
    expect(kindOf(nested(NESTING_MAX))).toBe('ok')
    expect(kindOf(nested(NESTING_MAX + 1))).toBe('oversized')
    expect(['oversized', 'malformed']).toContain(kindOf(new Uint8Array(1_000_000).fill(0x81)))
  })

  test('[E4] of more values than the bound are refused before anything is made of them', () => {
    const list = (count: number) => encodeCanonical(Array.from({ length: count }, () => ({})))
    expect(decodeCanonical(list(9), anything, 100, 10).ok).toBe(true)
    expect(decodeCanonical(list(10), anything, 100, 10)).toMatchObject({ fault: { kind: 'oversized' } })
    for (const head of [0x9a, 0xba]) {
      const bomb = new Uint8Array(MESSAGE_BYTES_MAX).fill(0xa0)
      new DataView(bomb.buffer).setUint32(1, MESSAGE_BYTES_MAX - 5)
      bomb[0] = head
      expect(kindOf(bomb, anything, MESSAGE_BYTES_MAX)).not.toBe('ok')
    }
  })

  test('[E4] are counted by their heads as they are decoded', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.integer(),
        fc.boolean(),
        fc.string(),
        fc.uint8Array({ maxLength: 300 }),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), tie('value')),
      ),
    })).value
    const count = (some: unknown): number => {
      if (typeof some !== 'object' || some === null || ArrayBuffer.isView(some)) return 1
      if (Array.isArray(some)) return 1 + some.reduce<number>((sum, item) => sum + count(item), 0)
      return 1 + Object.values(some).reduce<number>((sum, item) => sum + 1 + count(item), 0)
    }
    fc.assert(
      fc.property(value, (some) => {
        const bytes = encodeCanonical(some)
        expect(countCborItems(bytes, Infinity, NESTING_MAX)).toEqual({ items: count(some) })
        expect(countCborItems(bytes, count(some) - 1, NESTING_MAX)).toBe('too-many')
      }),
      { numRuns: 1_000 },
    )
  })

  test('[E4] that announce more than they hold are refused', () => {
    expect(kindOf(bytesOf(0x9b, 0, 0, 0, 1, 0, 0, 0, 0))).toBe('malformed')
    expect(kindOf(bytesOf(0x5a, 0xff, 0xff, 0xff, 0xff))).toBe('malformed')
    expect(kindOf(bytesOf(0xbb, 0, 0, 0, 1, 0, 0, 0, 0))).toBe('malformed')
  })

  test('[E3] of another encoding of the same value are refused', () => {
    const refused = ['malformed', 'not-canonical']
    const others: [string, Uint8Array][] = [
      ['an integer longer than needed', bytesOf(0x18, 0x01)],
      ['a short float', bytesOf(0xfa, 0x3f, 0xc0, 0, 0)],
      ['an integer as a float', bytesOf(0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0)],
      ['not a number', bytesOf(0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0)],
      ['undefined', bytesOf(0xf7)],
      ['an endless list', bytesOf(0x9f, 0x01, 0xff)],
      ['keys out of order', bytesOf(0xa2, 0x61, 0x62, 0x01, 0x61, 0x61, 0x02)],
      ['one key twice', bytesOf(0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02)],
      ['a key that is no text', bytesOf(0xa1, 0x01, 0x01)],
      ['text that is not UTF-8', bytesOf(0x61, 0xff)],
      ['a tag other than that of a CID', bytesOf(0xc1, 0x01)],
      ['more bytes after the end', bytesOf(0x01, 0x01)],
      ['nothing', bytesOf()],
    ]
    for (const [what, bytes] of others) {
      const decoded = decodeCanonical(bytes, anything, 100)
      expect([what, decoded.ok ? 'ok' : refused.includes(decoded.fault.kind)]).toEqual([what, true])
    }
  })

  test('[E3] cannot carry keys that JavaScript treats specially', () => {
    // {"__proto__": {"admin": true}}
    const proto = dagCbor.encode(Object.fromEntries([['x__proto__', { admin: true }]]))
    const at = proto.indexOf('x'.charCodeAt(0))
    const forged = Uint8Array.from([0xa1, 0x69, ...proto.slice(at + 1)])
    expect(new TextDecoder().decode(forged.slice(2, 11))).toBe('__proto__')
    expect(kindOf(forged)).not.toBe('ok')
    expect(({} as { admin?: boolean }).admin).toBe(undefined)
  })

  test('[E2] of the wrong shape name the field that is wrong', () => {
    const schema = z.object({ slots: z.array(z.object({ cores: z.number().min(0) })) })
    const decoded = decodeCanonical(encodeCanonical({ slots: [{ cores: 1 }, { cores: -1 }] }), schema, 1_000)
    expect(decoded.ok).toBe(false)
    if (!decoded.ok) {
      expect(decoded.fault.kind).toBe('malformed')
      expect(decoded.fault.message).toMatch(/^slots\.1\.cores: /)
    }
  })
})

describe('equal bytes', () => {
  test('[E3] are told from others at every length, at every offset and by every bit', () => {
    const place = fc.record({
      length: fc.oneof(fc.nat({ max: 600 }), fc.constantFrom(255, 256, 257, 271, 272, 4_097)),
      offsets: fc.tuple(fc.nat({ max: 17 }), fc.nat({ max: 17 })),
      seed: fc.nat(),
      at: fc.nat(),
      bit: fc.nat({ max: 7 }),
    })
    fc.assert(
      fc.property(place, ({ length, offsets, seed, at, bit }) => {
        const [a, b] = offsets.map((offset) => {
          // Bytes around a byte string must not affect the result.
          const around = new Uint8Array(offset + length + 9).fill(offset)
          const bytes = around.subarray(offset, offset + length)
          for (let i = 0; i < length; i++) bytes[i] = (seed >> (i & 15)) + i * 31
          return bytes
        }) as [Uint8Array, Uint8Array]
        expect(equalBytes(a, b)).toBe(true)
        expect(equalBytes(a, b.subarray(0, -1))).toBe(length === 0)
        if (length === 0) return
        b[at % length]! ^= 1 << bit
        expect(equalBytes(a, b)).toBe(false)
        expect(equalBytes(b, a)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })
})
