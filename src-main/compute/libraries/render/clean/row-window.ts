/** Some rows of a picture in memory, a fixed number of floats a pixel: what a band is cleaned of. */
export interface RowWindow {
  /** The first row that is there, and how many are. */
  readonly from: number
  readonly count: number
  /** The rows that are there, one after the other. */
  readonly values: Float32Array<ArrayBuffer>
  /** Lets go of the rows before `from`; later ones stay. */
  dropBefore(from: number): void
  /** Makes room for rows after the last. @returns the room, zeroed, to be filled */
  append(rows: number): Float32Array<ArrayBuffer>
}

/** An empty window that begins at row 0; its memory is that of the most rows that it ever had at once. */
export function createRowWindow(valuesPerRow: number): RowWindow {
  let memory = new Float32Array(0)
  let [first, rows] = [0, 0]
  return {
    get from() {
      return first
    },
    get count() {
      return rows
    },
    get values() {
      return memory.subarray(0, rows * valuesPerRow)
    },
    dropBefore(from) {
      const gone = Math.min(rows, Math.max(0, from - first))
      memory.copyWithin(0, gone * valuesPerRow, rows * valuesPerRow)
      first += gone
      rows -= gone
    },
    append(more) {
      const [start, end] = [rows * valuesPerRow, (rows + more) * valuesPerRow]
      if (end > memory.length) {
        const larger = new Float32Array(end)
        larger.set(memory.subarray(0, start))
        memory = larger
      }
      rows += more
      return memory.subarray(start, end).fill(0)
    },
  }
}
