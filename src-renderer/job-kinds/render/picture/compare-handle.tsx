import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { IconArrowsHorizontal } from '@tabler/icons-react'
import classes from './compare-handle.module.css'

/** One press of an arrow key. */
const STEP = 0.02

/** Words for the two pictures that are compared, and for the line between them. */
export interface CompareWords {
  readonly before: string
  readonly after: string
  readonly label: string
}

/** The line between two pictures, one at its left and the other at its right. */
export function CompareHandle({
  at,
  words,
  onMove,
}: {
  readonly at: number
  readonly words: CompareWords
  readonly onMove: (at: number) => void
}) {
  const line = useRef<HTMLDivElement>(null)
  const moveTo = (to: number): void => onMove(Math.min(1, Math.max(0, to)))
  const onPointerDown = (event: PointerEvent): void => {
    // The frame would take it for a drag of the picture.
    event.preventDefault()
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const onPointerMove = (event: PointerEvent): void => {
    const frame = line.current?.parentElement?.getBoundingClientRect()
    if (frame === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    moveTo((event.clientX - frame.left) / frame.width)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Partial<Record<string, number>> = {
      ArrowLeft: at - STEP,
      ArrowRight: at + STEP,
      Home: 0,
      End: 1,
    }
    const to = steps[event.key]
    if (to === undefined) return
    event.preventDefault()
    moveTo(to)
  }
  return (
    <>
      <span className={classes['before']} aria-hidden="true">
        {words.before}
      </span>
      <span className={classes['after']} aria-hidden="true">
        {words.after}
      </span>
      <div
        ref={line}
        role="slider"
        tabIndex={0}
        aria-label={words.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(at * 100)}
        className={classes['line']}
        style={{ left: `${at * 100}%` }}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
      >
        <span className={classes['knob']}>
          <IconArrowsHorizontal size={16} aria-hidden="true" />
        </span>
      </div>
    </>
  )
}
