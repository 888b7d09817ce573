import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useText } from '../../../state/text.tsx'
import type { JobCard } from '../../../state/job-cards.ts'
import { PictureCard } from './picture-card.tsx'
import classes from './picture-gallery.module.css'

/** A card is at least so wide, in pixels; the row divides what is left. */
const CARD_WIDTH_MIN = 270
const GAP = 16
/** Name and three lines under the picture. */
const WORDS_HEIGHT = 106
const PICTURE_RATIO = 10 / 16
/** Rows beyond the edges that are drawn already. */
const OVERSCAN = 2

/** Finished pictures side by side; of hundreds only those that are seen are drawn. Scrolls with the screen. */
export function PictureGallery({ cards }: { readonly cards: readonly JobCard[] }) {
  const text = useText().jobs
  const [list, setList] = useState<HTMLDivElement | null>(null)
  const width = useWidth(list)
  const columns = Math.max(1, Math.floor((width + GAP) / (CARD_WIDTH_MIN + GAP)))
  const cardWidth = (width - GAP * (columns - 1)) / columns
  const rowHeight = Math.max(1, Math.round(cardWidth * PICTURE_RATIO) + WORDS_HEIGHT)
  const margin = useTopWithin(list)
  const virtual = useVirtualizer({
    count: Math.ceil(cards.length / columns),
    getScrollElement: () => scrollParent(list),
    estimateSize: () => rowHeight,
    gap: GAP,
    overscan: OVERSCAN,
    scrollMargin: margin,
  })
  useEffect(() => virtual.measure(), [virtual, rowHeight])
  return (
    <div
      ref={setList}
      role="list"
      aria-label={text.gallery}
      style={{ height: virtual.getTotalSize() }}
      className={classes['gallery']}
    >
      {width > 0 &&
        virtual.getVirtualItems().map((row) => (
          <div
            key={row.key}
            role="presentation"
            className={classes['row']}
            style={{
              transform: `translateY(${row.start - margin}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {cards.slice(row.index * columns, (row.index + 1) * columns).map((card, column) => (
              <div
                key={card.key}
                role="listitem"
                aria-setsize={cards.length}
                aria-posinset={row.index * columns + column + 1}
                className={classes['item']}
              >
                <PictureCard card={card} />
              </div>
            ))}
          </div>
        ))}
    </div>
  )
}

/** The width of an element, as it changes. */
function useWidth(element: HTMLElement | null): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    setWidth(element.clientWidth)
    return () => observer.disconnect()
  }, [element])
  return width
}

/** How far down its scrolling ancestor an element begins; what stands above it may grow and shrink. */
function useTopWithin(element: HTMLElement | null): number {
  const [top, setTop] = useState(0)
  const latest = useRef(0)
  useLayoutEffect(() => {
    const parent = scrollParent(element)
    if (element === null || parent === null) return undefined
    const measure = (): void => {
      const now = Math.round(
        element.getBoundingClientRect().top - parent.getBoundingClientRect().top + parent.scrollTop,
      )
      if (now === latest.current) return
      latest.current = now
      setTop(now)
    }
    const observer = new ResizeObserver(measure)
    for (const child of parent.children) observer.observe(child)
    measure()
    return () => observer.disconnect()
  }, [element])
  return top
}

/** The nearest ancestor that scrolls. */
function scrollParent(element: HTMLElement | null): HTMLElement | null {
  for (let parent = element?.parentElement ?? null; parent !== null; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent
  }
  return null
}
