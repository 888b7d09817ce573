import { useCallback, useEffect, useRef, useState } from 'react'
import {
  type JobId,
  PICTURE_SIDE_MAX,
  type PeerShare,
  type PictureNews,
  type TileAtWork,
  type TilePreview,
} from '#contract'
import { useStream } from '../../../connection/calls.tsx'
import { useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { jpegBlob } from './draw-tiles.ts'
import { pictureShape } from './picture-shape.ts'
import { createTileCanvas, type TileCanvas } from './tile-canvas.ts'
import { FreshTile, TilesAtWork } from './tile-marks.tsx'
import classes from './live-picture.module.css'

/** Outlines at once: more than this arrive only when a picture is shown that is long under way. */
const OUTLINES_MAX = 32

/** A tile that has just arrived. */
interface Fresh {
  readonly key: string
  readonly tile: TilePreview
}

/**
 * A picture in progress: at once a preview out of focus, on which tiles appear as they are verified, and outlines of
 * those that are rendered now.
 */
export function LivePicture({
  jobId,
  width,
  height,
  people,
  label,
  isBegun,
}: {
  readonly jobId: JobId
  /** Of the picture that is to be; its preview is smaller. */
  readonly width: number
  readonly height: number
  /** Those who work on it. */
  readonly people: readonly PeerShare[]
  readonly label: string
  /** Whether tiles are done, which are drawn as soon as they are read. */
  readonly isBegun: boolean
}) {
  const text = useText().jobKinds.render
  const canvas = useRef<HTMLCanvasElement>(null)
  const tiles = useRef<TileCanvas>(undefined)
  const [hasTiles, setHasTiles] = useState(false)
  const [preview, setPreview] = useState<{ readonly width: number; readonly height: number }>()
  const [fresh, setFresh] = useState<readonly Fresh[]>([])
  const [atWork, setAtWork] = useState<readonly TileAtWork[]>([])
  const backdrop = useBackdrop()
  useEffect(() => () => tiles.current?.close(), [])

  const onNews = (news: PictureNews): void => {
    const target = canvas.current
    if (target === null) return
    if (target.width !== news.width || target.height !== news.height) {
      target.width = news.width
      target.height = news.height
      setPreview({ width: news.width, height: news.height })
    }
    tiles.current ??= createTileCanvas(target)
    tiles.current.show(news.tiles)
    if (news.at_work !== undefined) setAtWork(news.at_work)
    if (news.backdrop !== undefined) backdrop.show(news.backdrop)
    if (news.tiles.length > 0) setHasTiles(true)
    if (news.tiles.length > 0 && news.tiles.length <= OUTLINES_MAX) {
      const come = news.tiles.map((tile) => ({ key: `${tile.unit_index} ${tile.verified_at_ms}`, tile }))
      const keys = new Set(come.map(({ key }) => key))
      setFresh((before) => [...before.filter(({ key }) => !keys.has(key)), ...come].slice(-OUTLINES_MAX))
    }
  }
  const stream = useStream(
    `picture ${jobId}`,
    (calls, signal) => calls.render.watchPicture({ job_id: jobId, side_max: PICTURE_SIDE_MAX }, { signal }),
    onNews,
  )
  const fade = useCallback(
    (gone: string) => setFresh((before) => before.filter(({ key }) => key !== gone)),
    [],
  )
  return (
    <>
      <div className={classes['frame']} style={pictureShape({ width, height })} data-is-blank={!hasTiles}>
        {backdrop.url !== undefined && (
          <img src={backdrop.url} alt="" className={classes['backdrop']} draggable={false} />
        )}
        <canvas ref={canvas} role="img" aria-label={label} className={classes['canvas']} />
        {!hasTiles && (
          <span className={classes['waiting']}>
            {isBegun ? text.viewer.assembling : text.waitingForTiles}
          </span>
        )}
        {preview !== undefined &&
          fresh.map(({ key, tile }) => (
            <FreshTile key={key} tile={tile} preview={preview} onGone={() => fade(key)} />
          ))}
        {preview !== undefined && <TilesAtWork atWork={atWork} people={people} preview={preview} />}
      </div>
      {stream.state === 'failed' && <FaultNotice message={stream.message} onRetry={stream.retry} />}
    </>
  )
}

/** The picture that stands behind: its address in this window, for as long as it is shown. */
function useBackdrop() {
  const [url, setUrl] = useState<string>()
  useEffect(() => (url === undefined ? undefined : () => URL.revokeObjectURL(url)), [url])
  return { url, show: (jpeg: string): void => setUrl(URL.createObjectURL(jpegBlob(jpeg))) }
}
