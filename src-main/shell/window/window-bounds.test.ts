import { describe, expect, it } from 'vitest'
import { placeWindow, WINDOW_SIZE_MIN, type Rectangle } from './window-bounds.ts'

const left: Rectangle = { x: 0, y: 0, width: 1920, height: 1080 }
const right: Rectangle = { x: 1920, y: 0, width: 1280, height: 720 }
const at = (x: number, y: number, width = 1000, height = 700) => ({
  bounds: { x, y, width, height },
  isMaximized: false,
})

describe('the window opens', () => {
  it('in the middle at a first start', () => {
    expect(placeWindow(undefined, [left])).toEqual({ width: 1280, height: 800, isMaximized: false })
  })

  it('where it was left, on either screen', () => {
    expect(placeWindow(at(100, 50), [left])).toEqual({
      x: 100,
      y: 50,
      width: 1000,
      height: 700,
      isMaximized: false,
    })
    expect(placeWindow(at(2000, 10), [left, right])).toMatchObject({ x: 2000, y: 10 })
  })

  it('in the middle when the screen is gone that it was on', () => {
    expect(placeWindow(at(2000, 10), [left])).toEqual({ width: 1000, height: 700, isMaximized: false })
    expect(placeWindow(at(-5000, 10), [left])).not.toHaveProperty('x')
  })

  it('where its title bar can be grasped', () => {
    expect(placeWindow(at(100, 1070), [left])).not.toHaveProperty('y')
    expect(placeWindow(at(100, -300), [left])).not.toHaveProperty('y')
    expect(placeWindow(at(1850, 10), [left])).not.toHaveProperty('x')
    expect(placeWindow(at(1700, 10), [left])).toMatchObject({ x: 1700 })
  })

  it('no larger than its screen, and never too small', () => {
    expect(placeWindow(at(1920, 0, 3000, 2000), [right])).toMatchObject({ width: 1280, height: 720 })
    expect(placeWindow(at(0, 0, 10, 10), [left])).toMatchObject(WINDOW_SIZE_MIN)
    expect(placeWindow(at(9000, 0, 3000, 2000), [right])).toMatchObject({ width: 1280, height: 720 })
  })
})
