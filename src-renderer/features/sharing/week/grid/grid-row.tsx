import type { PointerEvent } from 'react'
import type { WeekBlock } from '#contract'
import type { Messages } from '#text'
import { useFormat, useText } from '../../../../state/text.tsx'
import { CELLS_PER_DAY, MINUTES_PER_CELL, spanOf, wrapped, type Span, type WeekCells } from '../week-paint.ts'
import { clockText, dayName } from '../week-text.ts'
import classes from './week-grid.module.css'

const SLOTS = Array.from({ length: CELLS_PER_DAY }, (_, slot) => slot)
/** The facts that a day's row is drawn from. */
interface GridRowProps {
  readonly day: number
  readonly cells: WeekCells
  readonly blocks: readonly WeekBlock[]
  readonly selected: ReadonlySet<number>
  readonly cursorCell: number
  /** The block whose details are open. */
  readonly opened: WeekBlock | undefined
  /** The time of day, in the row of today. */
  readonly nowMinute: number | undefined
  readonly onEdge: (event: PointerEvent<HTMLElement>, edge: { block: Span; edge: 'start' | 'end' }) => void
}

/** One day: its half hours, the blocks drawn over them, and the present moment. */
export function GridRow(props: GridRowProps) {
  const { day, cells, selected, cursorCell, nowMinute } = props
  const text = useText().sharing.grid
  const { language } = useFormat()
  const name = dayName(language, day)
  return (
    <div
      role="row"
      aria-rowindex={day + 2}
      className={classes['row']}
      data-is-today={nowMinute !== undefined}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        aria-label={name}
        className={classes['day']}
        onPointerDown={(event) => event.stopPropagation()}
      >
        {dayName(language, day, 'short')}
      </div>
      {SLOTS.map((slot) => {
        const cell = day * CELLS_PER_DAY + slot
        const from = slot * MINUTES_PER_CELL
        return (
          <div
            key={slot}
            role="gridcell"
            aria-colindex={slot + 2}
            aria-selected={selected.has(cell)}
            aria-label={text.cell(
              name,
              clockText(from),
              clockText(from + MINUTES_PER_CELL),
              cells[cell] !== undefined,
            )}
            tabIndex={cell === cursorCell ? 0 : -1}
            data-cell={cell}
            className={classes['cell']}
          />
        )
      })}
      <div className={classes['over']} aria-hidden="true">
        {piecesOf(props).map((piece) => (
          <Bar key={piece.from} piece={piece} opened={props.opened} onEdge={props.onEdge} />
        ))}
        {nowMinute !== undefined && (
          <div className={classes['now']} style={{ left: `${(nowMinute / (24 * 60)) * 100}%` }} />
        )}
      </div>
    </div>
  )
}

/** The part of a block that lies on one day, in half hours of that day. */
interface Piece {
  readonly block: WeekBlock
  readonly from: number
  readonly cells: number
  readonly isStart: boolean
  readonly isEnd: boolean
}

function piecesOf({ day, blocks }: GridRowProps): Piece[] {
  const dayStart = day * CELLS_PER_DAY
  return blocks.flatMap((block) => {
    const span = spanOf(block)
    // Where the block begins seen from this day; before zero if it began the day before.
    const begins = wrapped(span.start - dayStart + CELLS_PER_DAY) - CELLS_PER_DAY
    const from = Math.max(0, begins)
    const to = Math.min(CELLS_PER_DAY, begins + span.cells)
    if (from >= to) return []
    return [
      { block, from, cells: to - from, isStart: begins >= 0, isEnd: begins + span.cells <= CELLS_PER_DAY },
    ]
  })
}

/** From when to when, and shorter; of a night only the end that is in this row. */
function pieceText(messages: Messages, { block, isStart, isEnd }: Piece): { long: string; short: string } {
  const from = clockText(block.start_minute)
  const to = clockText(block.start_minute + block.minutes)
  const { hours } = messages.sharing.grid
  if (isStart && isEnd) return { long: hours(from, to), short: from }
  const one = isStart ? hours(from, '') : isEnd ? hours('', to) : ''
  return { long: one, short: one }
}

function Bar({
  piece,
  opened,
  onEdge,
}: {
  readonly piece: Piece
  readonly opened: WeekBlock | undefined
  readonly onEdge: GridRowProps['onEdge']
}) {
  const messages = useText()
  const format = useFormat()
  const { block, from, cells, isStart, isEnd } = piece
  const label = pieceText(messages, piece)
  const span = spanOf(block)
  const isOpened = opened?.day === block.day && opened.start_minute === block.start_minute
  const isOwn =
    block.resources !== undefined || block.algorithms !== undefined || block.priority !== undefined
  const grip = (edge: 'start' | 'end') => (
    <div
      className={classes['grip']}
      data-edge={edge}
      onPointerDown={(event) => {
        event.stopPropagation()
        onEdge(event, { block: span, edge })
      }}
    />
  )
  return (
    <div
      className={classes['bar']}
      data-is-start={isStart}
      data-is-end={isEnd}
      data-is-own={isOwn}
      data-is-opened={isOpened}
      style={{ left: `${(from / CELLS_PER_DAY) * 100}%`, width: `${(cells / CELLS_PER_DAY) * 100}%` }}
    >
      {isStart && grip('start')}
      <span className={classes['label']}>
        <span className={classes['long']}>{label.long}</span>
        <span className={classes['short']}>{label.short}</span>
        {block.resources !== undefined && (
          <span className={classes['amount']}>
            {messages.sharing.resources.coresAlone(
              block.resources.cpu_cores,
              format.number(block.resources.cpu_cores, 1),
            )}
          </span>
        )}
      </span>
      {isEnd && grip('end')}
    </div>
  )
}
