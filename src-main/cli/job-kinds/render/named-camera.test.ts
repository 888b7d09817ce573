import { describe, expect, it } from 'vitest'
import { cameraNumber } from './named-camera.ts'

describe('a camera on the command line', () => {
  const names = ['Front', 'Side', '', '0', 'Side', 'constructor']

  it('is found by its name, then by its number', () => {
    expect(cameraNumber('Front', names)).toBe(0)
    expect(cameraNumber('constructor', names)).toBe(5)
    expect(cameraNumber('2', names)).toBe(2)
    expect(cameraNumber('0', names)).toBe(3)
    expect(cameraNumber('0', [])).toBe(0)
  })

  it('of a name that two have is refused with their numbers', () => {
    expect(() => cameraNumber('Side', names)).toThrow(
      '2 cameras are named “Side”: choose one by its number, 1, 4',
    )
  })

  it.each(['6', 'front', '', '-1', '1.0', '1e0', ' 1'])(
    '%j, which is not there, is refused with those that are',
    (asked) => {
      expect(() => cameraNumber(asked, names)).toThrow(
        `the scene has no camera “${asked}”; it has 0 “Front”, 1 “Side”, 2, 3 “0”, 4 “Side”, 5 “constructor”`,
      )
    },
  )

  it('of a scene without any is refused but for the first', () => {
    expect(() => cameraNumber('1', [])).toThrow('the scene has no cameras, so there is none “1”')
  })

  it('is told without what a terminal obeys, and not one of thousands', () => {
    const hostile = Array.from({ length: 2_000 }, (_, i) => `\u001b[31m\u202e${i}`)
    let message = ''
    try {
      cameraNumber('x', hostile)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    expect(message).toMatch(/ and 1988 more$/)
  })
})
