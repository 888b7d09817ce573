import type { CSSProperties } from 'react'

/** Title, buttons and what stands around a picture, in pixels: it shall be seen whole. */
const AROUND_HEIGHT = 340
/** Small pictures get a frame in which they can be looked at closer. */
const WIDTH_MIN = 480

/** The place of a picture on the page: in its shape, as large as the window allows, and the same before and after. */
export function pictureShape({
  width,
  height,
}: {
  readonly width: number
  readonly height: number
}): CSSProperties {
  return {
    aspectRatio: `${width} / ${height}`,
    width: `min(100%, calc((100vh - ${AROUND_HEIGHT}px) * ${width / height}), ${Math.max(width, WIDTH_MIN)}px)`,
    minWidth: 'min(100%, 320px)',
  }
}
