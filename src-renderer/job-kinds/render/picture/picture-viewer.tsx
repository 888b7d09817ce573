import { useEffect, useId, useRef, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react'
import { ActionIcon, Button } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import type { RenderFacts } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { CompareHandle, type CompareWords } from './compare-handle.tsx'
import { pictureShape } from './picture-shape.ts'
import { useViewport, type ViewportControl } from './viewport-control.ts'
import classes from './picture-viewer.module.css'

/** One step of the zoom buttons and keys, and one of the arrow keys in pixels. */
const ZOOM_STEP = 1.25
const PAN_STEP = 60

/** A picture in a frame: fitted or closer, moved by mouse, wheel and keys; another one of it may lie over it. */
export function PictureViewer({
  picture,
  url,
  over,
  label,
  compare,
  controls,
}: {
  readonly picture: RenderFacts
  readonly url: string
  /** The same picture, adjusted or cleaned, where there is one: on a canvas, or by its address. */
  readonly over: HTMLCanvasElement | string | undefined
  readonly label: string
  /** Where the line between both is, from 0 at the left to 1; absent where only the upper one is seen. */
  readonly compare:
    { readonly at: number; readonly words: CompareWords; readonly onMove: (at: number) => void } | undefined
  readonly controls: ReactNode
}) {
  const text = useText().jobKinds.render.viewer
  const keysId = useId()
  const viewport = useViewport(picture)
  const { frame, view, isFit } = viewport
  const placed: CSSProperties = {
    width: picture.width,
    height: picture.height,
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    // Close up, pixels are shown as they are.
    imageRendering: !isFit && view.scale >= 2 ? 'pixelated' : 'auto',
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const isPlain = event.target === event.currentTarget && !event.ctrlKey && !event.metaKey
    const action = isPlain ? keyAction(event.key, viewport) : undefined
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  return (
    <div className={classes['viewer']}>
      <Toolbar viewport={viewport}>{controls}</Toolbar>
      <div
        ref={frame}
        role="group"
        aria-label={label}
        aria-describedby={keysId}
        tabIndex={0}
        className={classes['frame']}
        style={pictureShape(picture)}
        onKeyDown={onKeyDown}
      >
        <div className={classes['stage']}>
          <img src={url} alt={label} draggable={false} className={classes['picture']} style={placed} />
        </div>
        {over !== undefined && (
          <div
            className={classes['stage']}
            style={compare === undefined ? {} : { clipPath: `inset(0 0 0 ${compare.at * 100}%)` }}
          >
            {typeof over === 'string' ? (
              <img src={over} alt="" draggable={false} className={classes['picture']} style={placed} />
            ) : (
              <PlacedCanvas canvas={over} style={placed} />
            )}
          </div>
        )}
        {compare !== undefined && <CompareHandle {...compare} />}
      </div>
      <p id={keysId} className="visually-hidden">
        {text.keys}
      </p>
    </div>
  )
}

/** Buttons that zoom, and the viewer's own controls. */
function Toolbar({
  viewport,
  children,
}: {
  readonly viewport: ViewportControl
  readonly children: ReactNode
}) {
  const text = useText().jobKinds.render.viewer
  const format = useFormat()
  const { view, isFit, fit, zoomBy, zoomTo } = viewport
  return (
    <div className={classes['toolbar']}>
      <Button size="xs" aria-pressed={isFit} onClick={fit}>
        {text.fit}
      </Button>
      <Button size="xs" aria-pressed={!isFit && view.scale === 1} onClick={() => zoomTo(1)}>
        {text.full}
      </Button>
      <ActionIcon size={30} aria-label={text.zoomOut} onClick={() => zoomBy(1 / ZOOM_STEP)}>
        <IconMinus size={16} aria-hidden="true" />
      </ActionIcon>
      <span className={classes['scale']}>{format.percent(view.scale)}</span>
      <ActionIcon size={30} aria-label={text.zoomIn} onClick={() => zoomBy(ZOOM_STEP)}>
        <IconPlus size={16} aria-hidden="true" />
      </ActionIcon>
      <div className={classes['controls']}>{children}</div>
    </div>
  )
}

/** The step that a key stands for; undefined for all other keys. */
function keyAction(key: string, { fit, zoomBy, zoomTo, panBy }: ViewportControl): (() => void) | undefined {
  const actions: Partial<Record<string, () => void>> = {
    '+': () => zoomBy(ZOOM_STEP),
    '=': () => zoomBy(ZOOM_STEP),
    '-': () => zoomBy(1 / ZOOM_STEP),
    '0': fit,
    '1': () => zoomTo(1),
    ArrowLeft: () => panBy(PAN_STEP, 0),
    ArrowRight: () => panBy(-PAN_STEP, 0),
    ArrowUp: () => panBy(0, PAN_STEP),
    ArrowDown: () => panBy(0, -PAN_STEP),
  }
  return actions[key]
}

/** Puts a canvas that was made elsewhere onto the page. */
function PlacedCanvas({
  canvas,
  style,
}: {
  readonly canvas: HTMLCanvasElement
  readonly style: CSSProperties
}) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place.current?.replaceChildren(canvas)
    return () => canvas.remove()
  }, [canvas])
  return <div ref={place} aria-hidden="true" className={classes['picture']} style={style} />
}
