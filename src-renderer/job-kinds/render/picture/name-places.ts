import type { PeerId, TileAtWork } from '#contract'

/** Names on the picture: more would hide it, and all people are listed below it. */
const NAMES_MAX = 6
/** Names that are closer than this lie on each other: parts of the picture's width and height. */
const [NEAR_ACROSS, NEAR_DOWN] = [1 / 3, 1 / 12]

/** Where a name stands at its tile. */
export interface NamePlace {
  readonly isBelow: boolean
  /** Whether it ends with the tile, and does not begin with it: so it stays on the picture. */
  readonly isAtRight: boolean
}

/**
 * The places of people's names: each at a tile of theirs, the longest at work, where no other name is. Whose name has no
 * room has none for now.
 */
export function namePlaces(
  atWork: readonly TileAtWork[],
  preview: { readonly width: number; readonly height: number },
): ReadonlyMap<TileAtWork, NamePlace> {
  const places = new Map<TileAtWork, NamePlace>()
  const taken: { readonly x: number; readonly y: number }[] = []
  const named = new Set<PeerId>()
  for (const tile of atWork) {
    if (named.has(tile.by) || named.size >= NAMES_MAX) continue
    const x = tile.x + tile.width / 2
    const [above, below] = [tile.y, tile.y + tile.height]
    const isFree = (y: number): boolean =>
      y >= preview.height * NEAR_DOWN &&
      y <= preview.height * (1 - NEAR_DOWN) &&
      taken.every(
        (other) =>
          Math.abs(other.x - x) > preview.width * NEAR_ACROSS ||
          Math.abs(other.y - y) > preview.height * NEAR_DOWN,
      )
    const y = isFree(above) ? above : isFree(below) ? below : undefined
    if (y === undefined) continue
    named.add(tile.by)
    taken.push({ x, y })
    places.set(tile, { isBelow: y === below, isAtRight: x > preview.width / 2 })
  }
  return places
}
