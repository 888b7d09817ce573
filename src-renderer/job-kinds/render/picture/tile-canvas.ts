import type { TilePreview } from '#contract'
import { decodeTiles } from './draw-tiles.ts'

/** A tile comes into sight in this time: long enough to be seen, short enough not to be waited for. */
const REVEAL_MS = 320
/** More tiles at once come only when a picture is opened that is long under way: it is shown as it is. */
const REVEALED_MAX = 48

/** A tile on its way into sight. */
interface Revealing {
  readonly tile: TilePreview
  readonly picture: ImageBitmap
  readonly beganMs: number
  /** How much of it is there, 0 to 1. */
  shown: number
}

/** A canvas on which tiles come into sight softly. */
export interface TileCanvas {
  /** Shows tiles, in the order of the calls: a later one of the same place has more samples, and stays on top. */
  show(tiles: readonly TilePreview[]): void
  /** Stops; what was on its way stays as it is. */
  close(): void
}

/** Shows tiles on a canvas; at once where the user wants no motion, or cannot see the window. */
export function createTileCanvas(target: HTMLCanvasElement): TileCanvas {
  const context = target.getContext('2d')
  const revealing = new Map<string, Revealing>()
  let decoded = Promise.resolve()
  let frame: number | undefined
  let isClosed = false

  function draw({ tile, picture }: Pick<Revealing, 'tile' | 'picture'>, alpha: number): void {
    if (context === null) return
    context.globalAlpha = alpha
    context.drawImage(picture, tile.x, tile.y, tile.width, tile.height)
    context.globalAlpha = 1
  }

  function finish(place: string, one: Revealing): void {
    draw(one, 1)
    one.picture.close()
    revealing.delete(place)
  }

  function step(nowMs: number): void {
    frame = undefined
    for (const [place, one] of revealing) {
      const shown = Math.min(1, Math.max(0, nowMs - one.beganMs) / REVEAL_MS)
      if (shown >= 1) {
        finish(place, one)
        continue
      }
      // What is drawn adds up: this much of what is still missing.
      if (shown > one.shown) draw(one, (shown - one.shown) / (1 - one.shown))
      one.shown = Math.max(shown, one.shown)
    }
    wake()
  }

  function wake(): void {
    if (frame === undefined && revealing.size > 0 && !isClosed) frame = requestAnimationFrame(step)
  }

  async function decode(tiles: readonly TilePreview[]): Promise<void> {
    const pictures = await decodeTiles(tiles)
    if (isClosed) return
    const atOnce = isStill() || pictures.length > REVEALED_MAX
    for (const { tile, picture } of pictures) {
      const place = `${tile.x} ${tile.y}`
      const before = revealing.get(place)
      if (before !== undefined) finish(place, before)
      const one = { tile, picture, beganMs: performance.now(), shown: 0 }
      if (atOnce) finish(place, one)
      else revealing.set(place, one)
    }
    wake()
  }

  return {
    show(tiles) {
      if (context !== null) decoded = decoded.then(() => decode(tiles))
    },
    close() {
      isClosed = true
      if (frame !== undefined) cancelAnimationFrame(frame)
    },
  }
}

function isStill(): boolean {
  return (
    document.visibilityState === 'hidden' || window.matchMedia('(prefers-reduced-motion: reduce)').matches
  )
}
