import type { CSSProperties } from 'react'
import type { PeerShare, TileAtWork, TilePreview } from '#contract'
import { useText } from '../../../state/text.tsx'
import { useColorOf } from '../../../ui/identity/own-key.tsx'
import { namePlaces } from './name-places.ts'
import classes from './tile-marks.module.css'

/** Pixels of a preview. */
interface Size {
  readonly width: number
  readonly height: number
}

/** Outlines of the tiles that are rendered now, in the colour of who renders them; the name stands at one of each person's. */
export function TilesAtWork({
  atWork,
  people,
  preview,
}: {
  readonly atWork: readonly TileAtWork[]
  readonly people: readonly Pick<PeerShare, 'peer_id' | 'name' | 'is_self'>[]
  readonly preview: Size
}) {
  const { you } = useText().jobs.who
  const colorOf = useColorOf()
  const names = namePlaces(atWork, preview)
  const before = new Map<number, number>()
  return atWork.map((tile) => {
    const rank = before.get(tile.unit_index) ?? 0
    before.set(tile.unit_index, rank + 1)
    const person = people.find(({ peer_id }) => peer_id === tile.by)
    const namePlace = names.get(tile)
    const name = person?.is_self === true ? you : person?.name
    return (
      <span
        key={`${tile.unit_index} ${tile.by}`}
        aria-hidden="true"
        data-by={tile.by}
        className={classes['working']}
        style={{ ...placeOf(tile, preview), color: colorOf(tile.by), ['--rank' as string]: rank }}
      >
        {name !== undefined && namePlace !== undefined && (
          <span
            className={classes['name']}
            data-is-at-right={namePlace.isAtRight}
            data-is-below={namePlace.isBelow}
            dir="auto"
          >
            {name}
          </span>
        )}
      </span>
    )
  })
}

/** A tile that has just arrived, outlined in its maker's colour for a moment. */
export function FreshTile({
  tile,
  preview,
  onGone,
}: {
  readonly tile: TilePreview
  readonly preview: Size
  readonly onGone: () => void
}) {
  const colorOf = useColorOf()
  return (
    <span
      aria-hidden="true"
      className={classes['fresh']}
      onAnimationEnd={onGone}
      style={{ ...placeOf(tile, preview), color: colorOf(tile.made_by) }}
    />
  )
}

/** Where a tile is on a picture of any size. */
function placeOf(tile: Pick<TileAtWork, 'x' | 'y' | 'width' | 'height'>, preview: Size): CSSProperties {
  const percent = (part: number, whole: number): string => `${(part / whole) * 100}%`
  return {
    left: percent(tile.x, preview.width),
    top: percent(tile.y, preview.height),
    width: percent(tile.width, preview.width),
    height: percent(tile.height, preview.height),
  }
}
