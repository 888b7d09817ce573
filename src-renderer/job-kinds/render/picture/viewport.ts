/** Which part of a picture a frame shows, in the frame's pixels. */
export interface Viewport {
  /** Frame pixels per picture pixel. */
  readonly scale: number
  /** Where the picture's top left corner is, from the frame's. */
  readonly x: number
  readonly y: number
}

/** Sides in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Closer, one pixel fills a thumb; farther, a picture is lost in its frame. */
const SCALE_MAX = 16
const SCALE_MIN = 0.02

/** The whole picture in the middle of the frame, as large as it goes. */
export function fitted(picture: Size, frame: Size): Viewport {
  const scale = Math.min(SCALE_MAX, frame.width / picture.width, frame.height / picture.height)
  return settled({ scale: scale > 0 ? scale : 1, x: 0, y: 0 }, picture, frame)
}

/** Zooms by a factor about a point of the frame, which keeps showing what it showed. */
export function zoomed(
  view: Viewport,
  factor: number,
  at: { readonly x: number; readonly y: number },
  picture: Size,
  frame: Size,
): Viewport {
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, view.scale * factor))
  const ratio = scale / view.scale
  return settled(
    { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio },
    picture,
    frame,
  )
}

/** Moves the picture under the frame. */
export function panned(view: Viewport, dx: number, dy: number, picture: Size, frame: Size): Viewport {
  return settled({ ...view, x: view.x + dx, y: view.y + dy }, picture, frame)
}

/** A side that fits is centred; one that does not leaves no gap at the frame's edges. */
function settled(view: Viewport, picture: Size, frame: Size): Viewport {
  return {
    scale: view.scale,
    x: settledSide(view.x, picture.width * view.scale, frame.width),
    y: settledSide(view.y, picture.height * view.scale, frame.height),
  }
}

function settledSide(at: number, length: number, frame: number): number {
  return length <= frame ? (frame - length) / 2 : Math.min(0, Math.max(frame - length, at))
}
