import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { IconArrowsHorizontal } from '@tabler/icons-react'
import { useText } from '../../../state/text.tsx'
import classes from './compare-handle.module.css'

/** One press of an arrow key. */
const STEP = 0.02

/** The line between a picture as it was delivered, at its left, and as it is adjusted, at its right. */
export function CompareHandle({
  at,
  onMove,
}: {
  readonly at: number
  readonly onMove: (at: number) => void
}) {
  const text = useText().jobKinds.render.viewer
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
        {text.before}
      </span>
      <span className={classes['after']} aria-hidden="true">
        {text.after}
      </span>
      <div
        ref={line}
        role="slider"
        tabIndex={0}
        aria-label={text.compareLabel}
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
