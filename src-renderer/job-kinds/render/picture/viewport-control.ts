import { useCallback, useEffect, useEffectEvent, useRef, useState, type RefCallback } from 'react'
import { fitted, panned, type Size, type Viewport, zoomed } from './viewport.ts'

/** The part of a picture that a frame shows, and how to change it. */
export interface ViewportControl {
  /** For the frame's element. */
  readonly frame: RefCallback<HTMLElement>
  readonly view: Viewport
  readonly isFit: boolean
  readonly fit: () => void
  /** About the middle of the frame. */
  readonly zoomBy: (factor: number) => void
  readonly zoomTo: (scale: number) => void
  readonly panBy: (dx: number, dy: number) => void
}

/** A wheel's notch is about 100. */
const WHEEL_PER_DOUBLING = 300

/**
 * Zooms and moves a picture in its frame: by dragging, and by the wheel once the frame has the focus or with Ctrl or a
 * pinch, so that a page can be scrolled past it.
 */
export function useViewport(picture: Size): ViewportControl {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  const [chosen, setChosen] = useState<Viewport>()
  const view = chosen ?? fitted(picture, size)
  const latest = useRef(view)
  useEffect(() => {
    latest.current = view
  })

  useEffect(() => {
    if (element === null) return undefined
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])

  const zoomAt = useCallback(
    (factor: number, at: { readonly x: number; readonly y: number }) => {
      latest.current = zoomed(latest.current, factor, at, picture, size)
      setChosen(latest.current)
    },
    [picture, size],
  )
  const panBy = useCallback(
    (dx: number, dy: number) => {
      latest.current = panned(latest.current, dx, dy, picture, size)
      setChosen(latest.current)
    },
    [picture, size],
  )
  const onWheel = useEffectEvent((event: WheelEvent, frame: HTMLElement) => {
    if (!event.ctrlKey && !frame.contains(document.activeElement)) return
    event.preventDefault()
    const box = frame.getBoundingClientRect()
    const at = { x: event.clientX - box.left, y: event.clientY - box.top }
    zoomAt(2 ** (-event.deltaY / WHEEL_PER_DOUBLING), at)
  })
  const onDrag = useEffectEvent(panBy)
  useEffect(() => {
    if (element === null) return undefined
    const wheel = (event: WheelEvent): void => onWheel(event, element)
    const stopDragging = listenToDrags(element, (dx, dy) => onDrag(dx, dy))
    // A passive listener, which React's own is, could not keep the page from scrolling.
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      element.removeEventListener('wheel', wheel)
      stopDragging()
    }
  }, [element])

  const middle = { x: size.width / 2, y: size.height / 2 }
  return {
    frame: setElement,
    view,
    isFit: chosen === undefined,
    fit: () => setChosen(undefined),
    zoomBy: (factor) => zoomAt(factor, middle),
    zoomTo: (scale) => zoomAt(scale / view.scale, middle),
    panBy,
  }
}

/** Tells how far the pointer moved while it was held down. */
function listenToDrags(element: HTMLElement, onMove: (dx: number, dy: number) => void): () => void {
  let pointer: number | undefined
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || event.defaultPrevented) return
    pointer = event.pointerId
    element.setPointerCapture(pointer)
  }
  const move = (event: PointerEvent): void => {
    if (event.pointerId === pointer) onMove(event.movementX, event.movementY)
  }
  const up = (event: PointerEvent): void => {
    if (event.pointerId === pointer) pointer = undefined
  }
  element.addEventListener('pointerdown', down)
  element.addEventListener('pointermove', move)
  element.addEventListener('pointerup', up)
  element.addEventListener('pointercancel', up)
  return () => {
    element.removeEventListener('pointerdown', down)
    element.removeEventListener('pointermove', move)
    element.removeEventListener('pointerup', up)
    element.removeEventListener('pointercancel', up)
  }
}
