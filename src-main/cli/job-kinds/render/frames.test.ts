import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { frameFile, frameList } from './frames.ts'

describe('a list of frames', () => {
  it.each<[string, number[]]>([
    ['3', [3]],
    ['3,5-8', [3, 5, 6, 7, 8]],
    [' 3 , 5 - 6 ', [3, 5, 6]],
    ['9,0', [9, 0]],
    ['4-4', [4]],
  ])('%j is read in the order in which it is written', (text, frames) => {
    expect(frameList(text)).toEqual(frames)
  })

  it.each(['', ',', '3,', 'a', '1-', '-1', '5-3', '1.5', '1-2-3', '3,3', '1-5,4', '0-1000', '9999999'])(
    '%j is refused',
    (text) => {
      expect(() => frameList(text)).toThrow(InvalidArgumentError)
    },
  )

  it('as many as may be submitted together are taken', () => {
    expect(frameList('0-999')).toHaveLength(1_000)
  })
})

it('a frame’s file sorts by its number', () => {
  expect([frameFile('a/turn.png', 7), frameFile('turn.exr', 12_345)]).toEqual([
    'a/turn-0007.png',
    'turn-12345.exr',
  ])
})
