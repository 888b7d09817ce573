import { useRef, type Key, type ReactNode } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import classes from './virtual-list.module.css'

/** Rows beyond the edges that are drawn already, so that scrolling shows no gaps. */
const OVERSCAN = 8

/** A list of any length of which only what is seen is drawn. Rows measure themselves. */
export function VirtualList<T>({
  items,
  itemKey,
  estimateHeight,
  render,
  label,
  height,
  gap = 0,
}: {
  readonly items: readonly T[]
  readonly itemKey: (item: T, index: number) => Key
  /** Of a row, in pixels, before it is measured. */
  readonly estimateHeight: number
  readonly render: (item: T, index: number) => ReactNode
  /** The list's name for a screen reader. */
  readonly label: string
  /** Of the window onto the list: CSS, or pixels. The list is as high as its rows where they need less. */
  readonly height: number | string
  /** Between rows, in pixels. */
  readonly gap?: number
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimateHeight,
    getItemKey: (index) => {
      const item = items[index]
      return item === undefined ? index : itemKey(item, index)
    },
    overscan: OVERSCAN,
    gap,
  })
  return (
    <div
      ref={scroller}
      className={classes['scroller']}
      style={{ maxHeight: height }}
      // A scrolling region without anything to focus inside could not be scrolled by keyboard.
      tabIndex={0}
      role="list"
      aria-label={label}
    >
      <div role="presentation" className={classes['space']} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((row) => {
          const item = items[row.index]
          return (
            item !== undefined && (
              <div
                key={row.key}
                ref={virtual.measureElement}
                data-index={row.index}
                role="listitem"
                aria-setsize={items.length}
                aria-posinset={row.index + 1}
                className={classes['row']}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                {render(item, row.index)}
              </div>
            )
          )
        })}
      </div>
    </div>
  )
}
