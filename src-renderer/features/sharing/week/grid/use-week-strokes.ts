import { useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react'
import { CELLS_PER_DAY, DAYS, erase, paint, resize, type Span, type WeekCells } from '../week-paint.ts'
import { cellOf, resized, spansBetween, type GridPoint } from '../week-selection.ts'

/** The change that the pointer is drawing. */
export type Stroke =
  | { readonly kind: 'paint' | 'erase'; readonly from: GridPoint; readonly to: GridPoint }
  | { readonly kind: 'resize'; readonly block: Span; readonly edge: 'start' | 'end'; readonly to: GridPoint }

/** The spans that a stroke is about. */
export function strokeSpans(stroke: Stroke): Span[] {
  return stroke.kind === 'resize'
    ? [resized(stroke.block, stroke.edge, stroke.to)]
    : spansBetween(stroke.from, stroke.to)
}

/** The week after a stroke. */
export function strokedCells(cells: WeekCells, stroke: Stroke): WeekCells {
  switch (stroke.kind) {
    case 'paint':
      return paint(cells, strokeSpans(stroke), {})
    case 'erase':
      return erase(cells, strokeSpans(stroke))
    case 'resize':
      return resize(cells, stroke.block, resized(stroke.block, stroke.edge, stroke.to))
  }
}

/**
 * Painting, erasing and resizing with the pointer, over `rows`: the element that holds the seven days' tracks, one
 * below the other. A stroke goes on outside of it; Escape ends it without a change.
 */
export function useWeekStrokes(parts: {
  readonly rows: RefObject<HTMLElement | null>
  readonly cells: WeekCells
  readonly onStroke: (cells: WeekCells) => void
  /** A click on a cell that is shared. */
  readonly onOpen: (point: GridPoint) => void
  readonly onPress: (point: GridPoint) => void
}) {
  const { rows, cells, onStroke, onOpen, onPress } = parts
  const [stroke, setStroke] = useState<Stroke>()
  // Where the pointer went down, until it has left that cell: a click, not a stroke.
  const pressed = useRef<GridPoint>(undefined)

  const isDrawing = stroke !== undefined
  useEffect(() => {
    if (!isDrawing) return undefined
    const cancel = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setStroke(undefined)
    }
    window.addEventListener('keydown', cancel)
    return () => window.removeEventListener('keydown', cancel)
  }, [isDrawing])

  const pointAt = ({ clientX, clientY }: PointerEvent): GridPoint | undefined => {
    const track = rows.current?.getBoundingClientRect()
    if (track === undefined || track.width === 0) return undefined
    const slot = Math.floor(((clientX - track.left) / track.width) * CELLS_PER_DAY)
    const day = Math.floor(((clientY - track.top) / track.height) * DAYS)
    return { day: bounded(day, 0, DAYS), slot: bounded(slot, 0, CELLS_PER_DAY - 1) }
  }
  /** Begins a stroke from a cell, or of a block's edge. */
  const begin = (event: PointerEvent<HTMLElement>, edge?: { block: Span; edge: 'start' | 'end' }) => {
    const point = pointAt(event)
    if (point === undefined || event.button !== 0) return
    rows.current?.setPointerCapture(event.pointerId)
    const from = { day: Math.min(DAYS - 1, point.day), slot: point.slot }
    if (edge !== undefined) {
      event.preventDefault()
      setStroke({ kind: 'resize', ...edge, to: from })
      return
    }
    pressed.current = from
    onPress(from)
    const kind = cells[cellOf(from)] === undefined ? 'paint' : 'erase'
    setStroke({ kind, from, to: from })
  }
  const move = (event: PointerEvent) => {
    const point = pointAt(event)
    if (stroke === undefined || point === undefined) return
    if (point.day === stroke.to.day && point.slot === stroke.to.slot) return
    pressed.current = undefined
    setStroke({ ...stroke, to: point })
  }
  const end = () => {
    const point = pressed.current
    pressed.current = undefined
    if (stroke === undefined) return
    setStroke(undefined)
    if (point !== undefined && stroke.kind === 'erase') onOpen(point)
    else onStroke(strokedCells(cells, stroke))
  }
  const cancel = () => {
    pressed.current = undefined
    setStroke(undefined)
  }
  // A press on shared time may be a click: nothing is taken back before the pointer has moved.
  const isClick =
    stroke?.kind === 'erase' && stroke.from.day === stroke.to.day && stroke.from.slot === stroke.to.slot
  return { stroke: isClick ? undefined : stroke, begin, move, end, cancel }
}

function bounded(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
