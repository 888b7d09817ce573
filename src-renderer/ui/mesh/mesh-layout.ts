/** Where a mesh's picture puts each node; lengths in pixels of the drawing. */
export interface MeshLayout {
  readonly centre: { readonly x: number; readonly y: number; readonly radius: number }
  readonly places: readonly MeshPlace[]
  /** Of every place's disc. */
  readonly radius: number
}

/** One place around the middle. */
export interface MeshPlace {
  readonly x: number
  readonly y: number
  /** 0 is the innermost ring. */
  readonly ring: number
}

/** Places of the innermost ring when there are several rings; each further ring has as many more. */
const INNERMOST_PLACES = 8
/** A single ring is pleasant up to so many. */
const SINGLE_RING_PLACES = 10
const PLACE_RADIUS_MAX = 17
const PLACE_RADIUS_MIN = 2
const CENTRE_RADIUS_MAX = 26
/** So many ring widths more stay free around the middle, where all lines meet. */
const ROOM_IN_MIDDLE = 0.5
/** Around the discs, for focus rings and for names under them. */
const MARGIN_MAX = 22
const MARGIN_MIN = 8
/** A small picture has smaller discs. */
const MARGIN_SHARE = 1 / 24
/** The share of the room between two neighbours that their discs may take. */
const FILLING = 0.8

/**
 * Places for `count` around one in the middle, on as few rings as they fit, the first on the innermost: for one as for
 * 200. The same for the same numbers; no two discs touch.
 */
export function layoutMesh(count: number, width: number, height: number): MeshLayout {
  const rings = shareOut(count)
  const margin = Math.min(MARGIN_MAX, Math.max(MARGIN_MIN, width * MARGIN_SHARE))
  const reach = { x: width / 2 - margin, y: height / 2 - margin }
  const middle = { x: width / 2, y: height / 2 }
  const places = rings.flatMap((onRing, ring) =>
    ringPlaces(onRing, ring, {
      x: ringReach(ring, rings.length) * reach.x,
      y: ringReach(ring, rings.length) * reach.y,
    }),
  )
  const room = nearest([{ x: 0, y: 0 }, ...places])
  const radius = Math.max(PLACE_RADIUS_MIN, Math.min(PLACE_RADIUS_MAX, margin - 2, (room / 2) * FILLING))
  return {
    centre: { ...middle, radius: Math.min(CENTRE_RADIUS_MAX, Math.max(radius * 1.25, PLACE_RADIUS_MIN)) },
    places: places.map(({ x, y, ring }) => ({ x: round(middle.x + x), y: round(middle.y + y), ring })),
    radius: round(radius),
  }
}

/** How many each ring holds, so that all are about as densely filled. */
function shareOut(count: number): number[] {
  if (count === 0) return []
  if (count <= SINGLE_RING_PLACES) return [count]
  let rings = 2
  while (capacity(rings) < count) rings += 1
  const shares: number[] = []
  let left = count
  for (let ring = 0; ring < rings; ring += 1) {
    const rest = capacity(rings) - capacity(ring)
    const share = ring === rings - 1 ? left : Math.round((left * ringCapacity(ring)) / rest)
    shares.push(share)
    left -= share
  }
  return shares
}

function ringCapacity(ring: number): number {
  return INNERMOST_PLACES * (ring + 1)
}

function capacity(rings: number): number {
  return (INNERMOST_PLACES * rings * (rings + 1)) / 2
}

/** A lonely ring leaves air around it; several fill the picture. */
function ringReach(ring: number, rings: number): number {
  return rings === 1 ? 0.82 : (ring + 1 + ROOM_IN_MIDDLE) / (rings + ROOM_IN_MIDDLE)
}

function ringPlaces(count: number, ring: number, reach: { x: number; y: number }): MeshPlace[] {
  // Every other ring is turned by half a step, so that lines from the middle do not run through the discs of the next.
  const turn = ring % 2 === 0 ? 0 : Math.PI / Math.max(1, count)
  return Array.from({ length: count }, (_, i) => {
    const angle = turn - Math.PI / 2 + (i * 2 * Math.PI) / count
    return { x: Math.cos(angle) * reach.x, y: Math.sin(angle) * reach.y, ring }
  })
}

/** The shortest distance between any two; of a few hundred at most. */
function nearest(points: readonly { x: number; y: number }[]): number {
  let least = Infinity
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) least = Math.min(least, Math.hypot(a.x - b.x, a.y - b.y))
  }
  return least
}

/** A tenth of a pixel is enough, and keeps the document short. */
function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
