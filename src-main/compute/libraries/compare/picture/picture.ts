/** A picture to compare: rows of pixels, each of so many channels. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
  /** Writes row `y`, counted from the top, into `target`: `width × channels` values from 0 to 1, RGB first. */
  readRow(y: number, target: Float64Array): void
}
