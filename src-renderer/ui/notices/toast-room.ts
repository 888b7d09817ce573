import { useEffect, type RefObject } from 'react'

/** Toasts need about so much room between an element and the window's lower edge. */
const ROOM_PX = 200
const GAP_PX = 8

/**
 * Keeps toasts off an element while it is there: they begin above it, unless there is room enough below. Sets
 * `--toasts-bottom`, the distance of the toasts from the window's lower edge, on the root element.
 */
export function useToastRoom(ref: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const root = document.documentElement
    const place = (): void => {
      const { top, bottom } = element.getBoundingClientRect()
      const isClear = window.innerHeight - bottom >= ROOM_PX || top >= window.innerHeight
      if (isClear) root.style.removeProperty('--toasts-bottom')
      else root.style.setProperty('--toasts-bottom', `${Math.round(window.innerHeight - top + GAP_PX)}px`)
    }
    place()
    const sizes = new ResizeObserver(place)
    sizes.observe(document.body)
    sizes.observe(element)
    // Whatever scrolls moves it; the event does not bubble.
    window.addEventListener('scroll', place, { capture: true, passive: true })
    window.addEventListener('resize', place)
    return () => {
      sizes.disconnect()
      window.removeEventListener('scroll', place, { capture: true })
      window.removeEventListener('resize', place)
      root.style.removeProperty('--toasts-bottom')
    }
  }, [ref])
}
