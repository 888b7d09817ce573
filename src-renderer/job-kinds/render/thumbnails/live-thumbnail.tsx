import { useRef, useState } from 'react'
import type { PictureNews } from '#contract'
import { useStream } from '../../../connection/calls.tsx'
import type { ThumbnailProps } from '../../job-kind.ts'
import { drawBehind, drawTiles } from '../picture/draw-tiles.ts'

/** The longer side of a small picture, in pixels: sharp also where a pixel of the page is two of the screen. */
const SIDE_MAX = 192

/** The small picture of a render in progress: its preview, where there is one, on which tiles appear as they are verified. */
export function LiveThumbnail({ jobId, label, className, waiting }: Omit<ThumbnailProps, 'none'>) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawn = useRef(Promise.resolve())
  const [isSeen, setIsSeen] = useState(false)
  const onNews = ({ width, height, tiles, backdrop }: PictureNews): void => {
    const target = canvas.current
    if (target === null) return
    if (target.width !== width) target.width = width
    if (target.height !== height) target.height = height
    if (backdrop !== undefined) drawn.current = drawn.current.then(() => drawBehind(target, backdrop))
    if (tiles.length === 0 && backdrop === undefined) return
    // In the order of the messages, so that a tile with more samples stays on top.
    drawn.current = drawn.current.then(() => drawTiles(target, tiles))
    setIsSeen(true)
  }
  useStream(
    `small picture ${jobId}`,
    (calls, signal) => calls.render.watchPicture({ job_id: jobId, side_max: SIDE_MAX }, { signal }),
    onNews,
  )
  return (
    <>
      <canvas ref={canvas} role="img" aria-label={label} className={className} hidden={!isSeen} />
      {!isSeen && waiting}
    </>
  )
}
