import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framesText, parseFrames } from './frames-text.ts'

describe('a list of frames', () => {
  test.each([
    ['', []],
    ['1', [1]],
    ['3, 5-7', [3, 5, 6, 7]],
    ['10-11, 3; 11', [10, 11, 3]],
    [' 5 – 6 ,, 8..9', [5, 6, 8, 9]],
    ['0', [0]],
  ])('%j is %j', (text, frames) => {
    expect(parseFrames(text)).toEqual({ ok: true, frames })
  })

  test.each([
    ['x', { kind: 'not-a-frame', text: 'x' }],
    ['1.5', { kind: 'not-a-frame', text: '1.5' }],
    ['-3', { kind: 'not-a-frame', text: '-3' }],
    ['1, 2-', { kind: 'not-a-frame', text: '2-' }],
    ['10-5', { kind: 'backwards', text: '10-5' }],
    ['1000001', { kind: 'too-high', max: 1_000_000 }],
    ['99999999999999999999', { kind: 'too-high', max: 1_000_000 }],
    ['0-1000', { kind: 'too-many', max: 1_000 }],
    ['0-600, 1000-1600', { kind: 'too-many', max: 1_000 }],
    ['1,'.repeat(10_000), { kind: 'too-many', max: 1_000 }],
  ])('%j says what is wrong with it', (text, problem) => {
    expect(parseFrames(text)).toEqual({ ok: false, problem })
  })

  test('comes back from its text, whatever frames it has', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000_000), { maxLength: 200 }), (frames) => {
        expect(parseFrames(framesText(frames))).toEqual({ ok: true, frames })
      }),
    )
  })

  test('is written with its runs shortened', () => {
    expect(framesText([3, 5, 6, 7, 9])).toBe('3, 5-7, 9')
  })
})
