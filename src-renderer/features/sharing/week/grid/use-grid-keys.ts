import { useState, type KeyboardEvent, type RefObject } from 'react'
import { movedCursor } from './grid-cursor.ts'
import { DAYS, erase, paint, type Span, type WeekCells } from '../week-paint.ts'
import { cellOf, spansBetween, type GridPoint } from '../week-selection.ts'

/** Where a newcomer's first key press lands: Monday evening, when sharing usually begins. */
const FIRST: GridPoint = { day: 0, slot: 44 }

/** The grid by keyboard: a cursor that is the only tab stop, and what is selected from its anchor. */
export function useGridKeys(parts: {
  readonly rows: RefObject<HTMLElement | null>
  readonly cells: WeekCells
  readonly onCells: (cells: WeekCells) => void
  readonly onOpen: (point: GridPoint) => void
}) {
  const { rows, cells, onCells, onOpen } = parts
  const [cursor, setCursor] = useState(FIRST)
  const [anchor, setAnchor] = useState<GridPoint>()
  const selected: Span[] = anchor === undefined ? [] : spansBetween(anchor, cursor)
  const cursorCell = cellOf({ day: cursor.day % DAYS, slot: cursor.slot })

  const focus = (point: GridPoint) => {
    const cell = cellOf({ day: point.day % DAYS, slot: point.slot })
    rows.current?.querySelector<HTMLElement>(`[data-cell="${cell}"]`)?.focus()
  }
  /** Puts the cursor on a cell, with nothing selected. */
  const place = (point: GridPoint) => {
    setCursor(point)
    setAnchor(undefined)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey) return
    const isCommand = event.ctrlKey || event.metaKey
    const at = { day: cursor.day % DAYS, slot: cursor.slot }
    const from = event.shiftKey ? cursor : at
    const next = movedCursor(from, { key: event.key, isCommand, isExtending: event.shiftKey })
    if (next !== undefined) {
      event.preventDefault()
      setAnchor(event.shiftKey ? (anchor ?? at) : undefined)
      setCursor(next)
      focus(next)
      return
    }
    if (isCommand) return
    const spans = anchor === undefined ? spansBetween(at, at) : selected
    const isShared = cells[cellOf(anchor ?? at)] !== undefined
    switch (event.key) {
      case ' ':
        onCells(isShared ? erase(cells, spans) : paint(cells, spans, {}))
        break
      case 'Enter':
        if (isShared && anchor === undefined) onOpen(at)
        else onCells(paint(cells, spans, {}))
        break
      case 'Delete':
      case 'Backspace':
        onCells(erase(cells, spans))
        break
      case 'Escape':
        if (anchor === undefined) return
        setAnchor(undefined)
        setCursor(at)
        break
      default:
        return
    }
    event.preventDefault()
    setAnchor(undefined)
    setCursor(at)
  }
  return { cursorCell, selected, onKeyDown, place, focus }
}
