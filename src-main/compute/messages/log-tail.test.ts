import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginTail, createLogTails, readTail, TAIL_BYTES } from './log-tail.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe('the end of what a unit says', () => {
  it('[X20] is all of it while it is short, and whole lines of its end then, however it comes', () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', ' '), maxLength: 900 }), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 3_000 }), (said, size) => {
        const tails = createLogTails(3)
        const [before, add] = [beginTail(tails, 0), beginTail(tails, 1)]
        before(utf8('another one'))
        const all = utf8(said.map((line) => `${line}\n`).join(''))
        for (let at = 0; at < all.byteLength; at += size) add(all.subarray(at, at + size))
        const tail = readTail(tails, 1)
        expect(readTail(tails, 0)).toBe('another one')
        expect(readTail(tails, 2)).toBe('')
        const text = new TextDecoder().decode(all)
        if (all.byteLength < TAIL_BYTES) expect(tail).toBe(text)
        else {
          expect(text.endsWith(tail)).toBe(true)
          expect(text.at(-tail.length - 1)).toBe('\n')
          expect(utf8(tail).byteLength).toBeLessThan(TAIL_BYTES)
          const lost = text.length - tail.length
          expect(utf8(text.slice(text.lastIndexOf('\n', lost - 2) + 1)).byteLength).toBeGreaterThanOrEqual(
            TAIL_BYTES,
          )
        }
      }),
      { seed: 3 },
    )
  })

  it('[X20] is the end of a line where one line is longer than what is kept, and begins anew with each unit', () => {
    const tails = createLogTails(1)
    beginTail(tails, 0)(utf8(`${'x'.repeat(5_000)}end`))
    expect(readTail(tails, 0)).toBe(`${'x'.repeat(TAIL_BYTES - 3)}end`)
    beginTail(tails, 0)
    expect(readTail(tails, 0)).toBe('')
  })
})
