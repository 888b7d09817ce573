import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { TILE } from '../../job.fixture.ts'
import { createTileCanvas } from './tile-canvas.ts'

/** What was drawn: the tile's left edge, and how much of it was laid over what was there. */
let drawn: { readonly x: number; readonly alpha: number }[]
let frames: FrameRequestCallback[]
let prefersStill: boolean

beforeEach(() => {
  drawn = []
  frames = []
  prefersStill = false
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ close: () => undefined }))
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback))
  vi.spyOn(performance, 'now').mockReturnValue(1_000)
  window.matchMedia = () => Object.assign(new EventTarget(), { matches: prefersStill }) as MediaQueryList
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** A canvas that tells what is drawn on it. */
function canvas(): HTMLCanvasElement {
  const context = {
    globalAlpha: 1,
    drawImage: (_picture: unknown, x: number) => void drawn.push({ x, alpha: context.globalAlpha }),
  }
  return Object.assign(document.createElement('canvas'), { getContext: () => context })
}

/** The next picture of the screen. */
function frameAt(ms: number): void {
  for (const callback of frames.splice(0)) callback(ms)
}

it('a tile comes into sight softly, and is all there in the end', async () => {
  createTileCanvas(canvas()).show([TILE])
  await vi.waitFor(() => expect(frames).toHaveLength(1))
  expect(drawn).toEqual([])
  frameAt(1_080)
  frameAt(1_240)
  expect(drawn.map(({ alpha }) => alpha)).toEqual([0.25, expect.closeTo(2 / 3, 5)])
  frameAt(1_400)
  expect(drawn.at(-1)).toEqual({ x: 0, alpha: 1 })
  expect(frames).toEqual([])
})

it('a tile with more samples of the same place ends the one before, and is on top', async () => {
  const tiles = createTileCanvas(canvas())
  tiles.show([TILE])
  tiles.show([{ ...TILE, verified_at_ms: 2 }])
  await vi.waitFor(() => expect(drawn).toEqual([{ x: 0, alpha: 1 }]))
  frameAt(1_400)
  expect(drawn).toHaveLength(2)
})

it('tiles are there at once for a user who wants no motion, and of a picture that is long under way', async () => {
  prefersStill = true
  createTileCanvas(canvas()).show([TILE])
  await vi.waitFor(() => expect(drawn).toEqual([{ x: 0, alpha: 1 }]))
  prefersStill = false
  createTileCanvas(canvas()).show(Array.from({ length: 49 }, (_, i) => ({ ...TILE, x: 32 * i })))
  await vi.waitFor(() => expect(drawn).toHaveLength(50))
  expect(frames).toEqual([])
})
