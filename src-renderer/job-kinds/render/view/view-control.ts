import {
  useCallback,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type KeyboardEvent,
  type RefCallback,
} from 'react'
import type { RenderView } from '#contract'
import { nearer, panned, turned } from './moved-view.ts'
import { listenToGestures } from './view-gestures.ts'

/** One press of an arrow key: radians, and parts of the picture's height. */
const KEY_TURN = Math.PI / 36
const KEY_PAN = 0.05
/** One press of plus or minus, and one of the buttons. */
export const ZOOM_STEP = 1.2
/** Keys and the wheel have no end: after this long the view stands still. */
const STILL_AFTER_MS = 300

/** A scene's view, and how to move it. */
export interface ViewControl {
  /** For the element that shows the view. */
  readonly frame: RefCallback<HTMLElement>
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly zoomBy: (factor: number) => void
}

/**
 * Moves the view of a scene by pointer, fingers, wheel and keys. Pictures of it take their time: the newest view is handed on
 * when the one before has its picture.
 */
export function useViewControl({
  view,
  isBusy,
  onView,
  onMoving,
}: {
  /** Undefined until it is known: then nothing moves. */
  readonly view: RenderView | undefined
  /** Whether the picture of the last view is still being made. */
  readonly isBusy: boolean
  readonly onView: (view: RenderView) => void
  readonly onMoving: (isMoving: boolean) => void
}): ViewControl {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [wanted, setWanted] = useState<RenderView>()
  const latest = useRef(view)
  useEffect(() => {
    if (wanted === undefined) latest.current = view
  })
  const handOn = useEffectEvent(onView)
  useEffect(() => {
    if (wanted === undefined || isBusy) return
    setWanted(undefined)
    handOn(wanted)
  }, [wanted, isBusy])

  const move = useCallback((change: (view: RenderView) => RenderView) => {
    if (latest.current === undefined) return
    latest.current = change(latest.current)
    setWanted(latest.current)
  }, [])
  const settle = useSettling(onMoving)
  const nudge = (change: (view: RenderView) => RenderView): void => {
    settle.later()
    move(change)
  }
  const drag = useEffectEvent((change: (view: RenderView) => RenderView) => {
    settle.moving()
    move(change)
  })
  const zoom = useEffectEvent((factor: number) => nudge((now) => nearer(now, factor)))
  const end = useEffectEvent(() => settle.still())
  useEffect(() => {
    if (element === null) return undefined
    /** Pixels as parts of the picture's height. */
    const parts = (pixels: number): number => pixels / Math.max(1, element.clientHeight)
    return listenToGestures(element, {
      // Over the whole height of the picture it turns by half a circle.
      turn: (dx, dy) => drag((now) => turned(now, { aside: parts(dx) * Math.PI, up: parts(dy) * Math.PI })),
      pan: (dx, dy) => drag((now) => panned(now, { right: parts(dx), down: parts(dy) })),
      zoom: (factor) => zoom(factor),
      end: () => end(),
    })
  }, [element])

  const onKeyDown = (event: KeyboardEvent): void => {
    const isPlain = event.target === event.currentTarget && !event.ctrlKey && !event.metaKey && !event.altKey
    const change = isPlain ? keyMove(event.key, event.shiftKey) : undefined
    if (change === undefined) return
    event.preventDefault()
    nudge(change)
  }
  return { frame: setElement, onKeyDown, zoomBy: (factor) => nudge((now) => nearer(now, factor)) }
}

/** Tells when a view begins to move and when it stands still. */
function useSettling(onMoving: (isMoving: boolean) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const moving = (): void => {
    clearTimeout(timer.current)
    onMoving(true)
  }
  const still = (): void => {
    clearTimeout(timer.current)
    onMoving(false)
  }
  const later = (): void => {
    moving()
    timer.current = setTimeout(still, STILL_AFTER_MS)
  }
  return { moving, still, later }
}

/** The move of a key. */
function keyMove(key: string, isShifted: boolean): ((view: RenderView) => RenderView) | undefined {
  const arrows: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [1, 0],
    ArrowRight: [-1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
  }
  const arrow = arrows[key]
  if (arrow !== undefined) {
    const [x, y] = arrow
    return isShifted
      ? (view) => panned(view, { right: x * KEY_PAN, down: y * KEY_PAN })
      : (view) => turned(view, { aside: x * KEY_TURN, up: y * KEY_TURN })
  }
  if (key === '+' || key === '=') return (view) => nearer(view, ZOOM_STEP)
  return key === '-' ? (view) => nearer(view, 1 / ZOOM_STEP) : undefined
}
