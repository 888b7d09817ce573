/** A point of a drawing, in pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** So much is drawn where there is no weight at all, so that the line is seen to end there. */
const HAIRLINE = 1
/** The width of full weight among a few, and among so many that thick lines would hide each other. */
const WIDTH_MAX = 7
const WIDTH_MAX_CROWDED = 3
const CROWDED_FROM = 80

/** How wide a line of full weight is drawn among so many. */
export function fullWidth(count: number): number {
  const crowding = Math.min(1, count / CROWDED_FROM)
  return WIDTH_MAX + (WIDTH_MAX_CROWDED - WIDTH_MAX) * crowding
}

/** The SVG path of a line that is as wide at each end as the weight (0 to 1) of that end; `full` is the width of 1. */
export function taperedLine(
  from: Point & { readonly weight: number },
  to: Point & { readonly weight: number },
  full = WIDTH_MAX,
): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (length === 0) return ''
  // Across the line.
  const side = { x: -(to.y - from.y) / length, y: (to.x - from.x) / length }
  const corner = (end: Point & { readonly weight: number }, sign: 1 | -1): string => {
    const half = (sign * widthOf(end.weight, full)) / 2
    return `${round(end.x + side.x * half)} ${round(end.y + side.y * half)}`
  }
  return `M${corner(from, 1)}L${corner(to, 1)}L${corner(to, -1)}L${corner(from, -1)}Z`
}

/** The first letter (or emoji) of a name, as it is written at the beginning of a sentence. */
export function initialOf(name: string): string {
  for (const { segment, isWordLike } of words(name)) {
    if (isWordLike === true || /\p{Emoji_Presentation}|\p{Extended_Pictographic}/u.test(segment)) {
      return graphemes(segment, 1).toUpperCase()
    }
  }
  return graphemes(name.trim(), 1)
}

/** A name of at most so many letters, with an ellipsis where it was longer. */
export function shortened(name: string, letters: number): string {
  const short = graphemes(name, letters - 1)
  const one = graphemes(name, letters)
  return one === name ? name : `${short.trimEnd()}…`
}

function widthOf(weight: number, full: number): number {
  return weight <= 0 ? HAIRLINE : HAIRLINE + 0.5 + Math.min(1, weight) * (full - HAIRLINE - 0.5)
}

function words(text: string): Intl.Segments {
  return new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)
}

function graphemes(text: string, count: number): string {
  let taken = ''
  let left = count
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (left === 0) break
    taken += segment
    left -= 1
  }
  return taken
}

/** A tenth of a pixel is enough, and keeps the document short. */
function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
