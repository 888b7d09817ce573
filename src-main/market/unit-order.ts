import type { UnitGrid } from '../protocol/work.ts'

/** The order in which units are given out: each unit has a place, counted from 0. */
export interface UnitOrder {
  readonly placeOf: (index: number) => number
  readonly unitAt: (place: number) => number
}

/** Units as their indices count them. */
export const INDEX_ORDER: UnitOrder = { placeOf: (index) => index, unitAt: (place) => place }

/**
 * Units of a grid from its centre outwards, layer after layer: people look at the middle of a picture first. The order of
 * the indices where the grid does not divide the units.
 */
export function unitOrder(grid: UnitGrid | undefined, unitCount: number): UnitOrder {
  if (grid === undefined) return INDEX_ORDER
  const cells = grid.columns * grid.rows
  if (unitCount % cells !== 0) return INDEX_ORDER
  const cellAt = fromCentre(grid)
  const placeOfCell = new Uint32Array(cells)
  for (const [place, cell] of cellAt.entries()) placeOfCell[cell] = place
  const layerOf = (number: number): number => number - (number % cells)
  return {
    placeOf: (index) => layerOf(index) + (placeOfCell[index % cells] ?? 0),
    unitAt: (place) => layerOf(place) + (cellAt[place % cells] ?? 0),
  }
}

/** The cells of a grid by their distance from its centre; equally distant ones in rows. */
function fromCentre({ columns, rows }: UnitGrid): Uint32Array {
  const cells = columns * rows
  // Sorted as plain numbers, the distance before the cell: a grid has up to a million.
  const keys = Float64Array.from({ length: cells }, (_, cell) => {
    const x = 2 * (cell % columns) - (columns - 1)
    const y = 2 * Math.floor(cell / columns) - (rows - 1)
    return (x * x + y * y) * cells + cell
  })
  return Uint32Array.from(keys.sort(), (key) => key % cells)
}
