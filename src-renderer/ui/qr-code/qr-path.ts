import { encode } from 'uqr'

/** A QR code as one SVG path; lengths in modules, the quiet zone included. */
export interface QrPath {
  readonly path: string
  /** Of a side. */
  readonly size: number
}

/** Modules of quiet around the code (ISO/IEC 18004 asks for four). */
const QUIET = 4

/**
 * The QR code of a text, its runs of dark modules as rectangles. Level M: a camera's noise and a scratched screen cost
 * less than 15 %.
 */
export function qrPath(text: string): QrPath {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  const path = data.map((row, y) =>
    runs(row)
      .map(([x, length]) => `M${x} ${y}h${length}v1h${-length}z`)
      .join(''),
  )
  return { path: path.join(''), size }
}

/** Start and length of each run of dark modules in a row. */
function runs(row: readonly boolean[]): [number, number][] {
  const found: [number, number][] = []
  for (const [x, isDark] of row.entries()) {
    if (!isDark) continue
    const last = found.at(-1)
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1
    else found.push([x, 1])
  }
  return found
}
