/** The box of a sparkline, and the ends of its scale where they are given. */
interface SparkBox {
  readonly width: number
  readonly height: number
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** A sparkline as SVG paths; a value beside nothing is a dot. */
export interface SparkPath {
  readonly line: string
  readonly area: string
  /** Where the newest value is; absent when it is not known. */
  readonly last: { readonly x: number; readonly y: number } | undefined
}

/** Room for the line's own width and the dot. */
const MARGIN = 3

/** The paths of values, oldest first; null and what is no number are gaps. The scale begins at 0 unless told. */
export function sparkPath(values: readonly (number | null)[], box: SparkBox): SparkPath {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value))
  const low = box.min ?? Math.min(0, ...known)
  const high = box.max ?? Math.max(...known, low)
  const span = high - low || 1
  const step = values.length > 1 ? (box.width - 2 * MARGIN) / (values.length - 1) : 0
  const floor = box.height - MARGIN
  const points = values.map((value, index) =>
    value === null || !Number.isFinite(value)
      ? undefined
      : {
          x: round(MARGIN + index * step),
          y: round(floor - Math.min(1, Math.max(0, (value - low) / span)) * (box.height - 2 * MARGIN)),
        },
  )
  const runs = runsOf(points)
  const line = runs
    .map((run) => {
      const [first, ...rest] = run
      if (first === undefined) return ''
      // A lone point is a line of no length: its round caps make a dot of it.
      return `M${first.x} ${first.y}${rest.length === 0 ? 'h0' : rest.map(({ x, y }) => `L${x} ${y}`).join('')}`
    })
    .join('')
  const area = runs
    .filter((run) => run.length > 1)
    .map((run) => {
      const [first, last] = [run[0], run.at(-1)]
      if (first === undefined || last === undefined) return ''
      return `M${first.x} ${floor}${run.map(({ x, y }) => `L${x} ${y}`).join('')}L${last.x} ${floor}Z`
    })
    .join('')
  return { line, area, last: points.at(-1) }
}

type Point = { readonly x: number; readonly y: number }

/** Neighbours that are known, together. */
function runsOf(points: readonly (Point | undefined)[]): Point[][] {
  const runs: Point[][] = []
  let run: Point[] = []
  for (const point of points) {
    if (point !== undefined) {
      run.push(point)
      continue
    }
    if (run.length > 0) runs.push(run)
    run = []
  }
  if (run.length > 0) runs.push(run)
  return runs
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
