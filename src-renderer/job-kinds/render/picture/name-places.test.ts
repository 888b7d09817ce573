import { describe, expect, it } from 'vitest'
import type { PeerId, TileAtWork } from '#contract'
import { namePlaces } from './name-places.ts'

const PREVIEW = { width: 960, height: 640 }
const tile = (by: string, column: number, row: number): TileAtWork => ({
  unit_index: row * 15 + column,
  x: column * 64,
  y: row * 64,
  width: 64,
  height: 64,
  by: by as PeerId,
})

const places = (...atWork: readonly TileAtWork[]) =>
  [...namePlaces(atWork, PREVIEW)].map(([{ by, unit_index }, { isBelow, isAtRight }]) =>
    [by, unit_index, isBelow ? 'below' : 'above', isAtRight ? 'right' : 'left'].join(' '),
  )

describe('names on a picture', () => {
  it('stand above a tile of each person, once', () => {
    expect(places(tile('Ada', 2, 5), tile('Bob', 12, 5), tile('Ada', 8, 8))).toEqual([
      'Ada 77 above left',
      'Bob 87 above right',
    ])
  })

  it('do not lie on each other: the next one is below, at another tile, or nowhere', () => {
    expect(places(tile('Ada', 6, 4), tile('Bob', 7, 4))).toEqual(['Ada 66 above left', 'Bob 67 below left'])
    const neighbours = [tile('Ada', 6, 4), tile('Bob', 7, 4), tile('Cy', 8, 4)]
    expect(places(...neighbours)).toHaveLength(2)
    expect(places(...neighbours, tile('Cy', 8, 8))).toContain('Cy 128 above right')
  })

  it('stay on the picture', () => {
    expect(places(tile('Ada', 3, 0), tile('Bob', 12, 9))).toEqual(['Ada 3 below left', 'Bob 147 above right'])
  })
})
