import { useCallback, useRef, useState } from 'react'
import { type JobId, PICTURE_SIDE_MAX, type PictureNews, type TilePreview } from '#contract'
import { useStream } from '../../../connection/calls.tsx'
import { useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { useColorOf } from '../../../ui/identity/own-key.tsx'
import { drawTiles } from './draw-tiles.ts'
import { pictureShape } from './picture-shape.ts'
import classes from './live-picture.module.css'

/** Outlines at once: more than this arrive only when a picture is shown that is long under way. */
const OUTLINES_MAX = 32

/** A tile that has just arrived, outlined in its maker's colour. */
interface Outline {
  readonly key: string
  readonly tile: TilePreview
}

/** A picture in progress: tiles appear as they are verified. */
export function LivePicture({
  jobId,
  width,
  height,
  label,
}: {
  readonly jobId: JobId
  /** Of the picture that is to be; its preview is smaller. */
  readonly width: number
  readonly height: number
  readonly label: string
}) {
  const text = useText().jobKinds.render
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawn = useRef(Promise.resolve())
  const [hasTiles, setHasTiles] = useState(false)
  const [preview, setPreview] = useState<{ readonly width: number; readonly height: number }>()
  const [outlines, setOutlines] = useState<readonly Outline[]>([])

  const onNews = (news: PictureNews): void => {
    const target = canvas.current
    if (target === null) return
    if (target.width !== news.width || target.height !== news.height) {
      target.width = news.width
      target.height = news.height
      setPreview({ width: news.width, height: news.height })
    }
    // In the order of the messages, so that a tile with more samples stays on top.
    drawn.current = drawn.current.then(() => drawTiles(target, news.tiles))
    if (news.tiles.length > 0) setHasTiles(true)
    if (news.tiles.length > 0 && news.tiles.length <= OUTLINES_MAX) {
      const fresh = news.tiles.map((tile) => ({ key: `${tile.unit_index} ${tile.verified_at_ms}`, tile }))
      const keys = new Set(fresh.map(({ key }) => key))
      setOutlines((before) => [...before.filter(({ key }) => !keys.has(key)), ...fresh].slice(-OUTLINES_MAX))
    }
  }
  const stream = useStream(
    `picture ${jobId}`,
    (calls, signal) => calls.render.watchPicture({ job_id: jobId, side_max: PICTURE_SIDE_MAX }, { signal }),
    onNews,
  )
  const fade = useCallback(
    (gone: string) => setOutlines((before) => before.filter(({ key }) => key !== gone)),
    [],
  )
  return (
    <>
      <div className={classes['frame']} style={pictureShape({ width, height })} data-is-blank={!hasTiles}>
        <canvas ref={canvas} role="img" aria-label={label} className={classes['canvas']} />
        {!hasTiles && <span className={classes['waiting']}>{text.waitingForTiles}</span>}
        {preview !== undefined &&
          outlines.map(({ key, tile }) => (
            <TileOutline key={key} tile={tile} preview={preview} onGone={() => fade(key)} />
          ))}
      </div>
      {stream.state === 'failed' && <FaultNotice message={stream.message} onRetry={stream.retry} />}
    </>
  )
}

function TileOutline({
  tile,
  preview,
  onGone,
}: {
  readonly tile: TilePreview
  readonly preview: { readonly width: number; readonly height: number }
  readonly onGone: () => void
}) {
  const colorOf = useColorOf()
  const percent = (part: number, whole: number): string => `${(part / whole) * 100}%`
  return (
    <span
      aria-hidden="true"
      className={classes['outline']}
      onAnimationEnd={onGone}
      style={{
        left: percent(tile.x, preview.width),
        top: percent(tile.y, preview.height),
        width: percent(tile.width, preview.width),
        height: percent(tile.height, preview.height),
        color: colorOf(tile.made_by),
      }}
    />
  )
}
