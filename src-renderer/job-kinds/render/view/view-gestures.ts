/** The moves of a view that somebody makes with pointer, fingers or wheel; sizes are in pixels. */
export interface ViewMoves {
  readonly turn: (dx: number, dy: number) => void
  readonly pan: (dx: number, dy: number) => void
  readonly zoom: (factor: number) => void
  /** All pointers are up again. */
  readonly end: () => void
}

/** A wheel's notch is about 100. */
const WHEEL_PER_DOUBLING = 600
const RIGHT_BUTTON = 2

interface Place {
  readonly x: number
  readonly y: number
}

/**
 * Listens to one pointer, which turns the view, or moves it with the right button or Shift; to two fingers, which move it and
 * come nearer; and to the wheel once the element has the focus or with Ctrl or a pinch, so that a page can be scrolled past it.
 * @returns stops listening
 */
export function listenToGestures(element: HTMLElement, moves: ViewMoves): () => void {
  const pointers = new Map<number, Place>()
  let pans = false
  const down = (event: PointerEvent): void => {
    if (event.defaultPrevented || (event.button !== 0 && event.button !== RIGHT_BUTTON)) return
    if (event.target instanceof Element && event.target.closest('button') !== null) return
    pans = event.button === RIGHT_BUTTON || event.shiftKey
    pointers.set(event.pointerId, placeOf(event))
    element.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent): void => {
    const before = pointers.get(event.pointerId)
    if (before === undefined) return
    const now = placeOf(event)
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
    pointers.set(event.pointerId, now)
    const [dx, dy] = [now.x - before.x, now.y - before.y]
    if (other !== undefined) {
      // The middle of two fingers moves half as far as one of them.
      moves.pan(dx / 2, dy / 2)
      moves.zoom(distance(now, other) / Math.max(1, distance(before, other)))
    } else if (pans) moves.pan(dx, dy)
    else moves.turn(dx, dy)
  }
  const up = (event: PointerEvent): void => {
    if (pointers.delete(event.pointerId) && pointers.size === 0) moves.end()
  }
  const wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !element.contains(document.activeElement)) return
    event.preventDefault()
    moves.zoom(2 ** (-event.deltaY / WHEEL_PER_DOUBLING))
  }
  const noMenu = (event: MouseEvent): void => event.preventDefault()
  const stop = new AbortController()
  const { signal } = stop
  element.addEventListener('pointerdown', down, { signal })
  element.addEventListener('pointermove', move, { signal })
  element.addEventListener('pointerup', up, { signal })
  element.addEventListener('pointercancel', up, { signal })
  element.addEventListener('contextmenu', noMenu, { signal })
  // A passive listener, which React's own is, could not keep the page from scrolling.
  element.addEventListener('wheel', wheel, { passive: false, signal })
  return () => stop.abort()
}

function placeOf({ clientX, clientY }: PointerEvent): Place {
  return { x: clientX, y: clientY }
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
