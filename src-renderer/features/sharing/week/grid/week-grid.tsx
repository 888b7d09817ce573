import { useRef, useState, type ComponentProps, type RefObject } from 'react'
import { Popover } from '@mantine/core'
import type { WeekBlock, WeekPlan } from '#contract'
import { useFormat, useText } from '../../../../state/text.tsx'
import { BlockEditor, type BlockFacts } from '../blocks/block-editor.tsx'
import { BLOCK_POPOVER } from '../blocks/block-popover.ts'
import type { WallTime } from '../../clock/clock-changes.ts'
import { GridRow } from './grid-row.tsx'
import { useGridKeys } from './use-grid-keys.ts'
import { strokeSpans, strokedCells, useWeekStrokes, type Stroke } from './use-week-strokes.ts'
import {
  blocksOf,
  cellsIn,
  cellsOf,
  CELLS_PER_DAY,
  DAYS,
  spanOf,
  type Span,
  type WeekCells,
} from '../week-paint.ts'
import { cellOf, pointOf, type GridPoint } from '../week-selection.ts'
import { clockText, dayName, spansText } from '../week-text.ts'
import classes from './week-grid.module.css'

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const DAY_NUMBERS = Array.from({ length: DAYS }, (_, day) => day)

/** The week as rows of half hours, painted by pointer or keys. */
export function WeekGrid({
  plan,
  facts,
  now,
  onBlocks,
}: {
  readonly plan: WeekPlan
  readonly facts: BlockFacts
  /** By the plan's wall clock. */
  readonly now: WallTime | undefined
  readonly onBlocks: (blocks: WeekBlock[], editing?: string) => void
}) {
  const text = useText().sharing.grid
  const rows = useRef<HTMLDivElement>(null)
  const cells = cellsOf(plan.blocks)
  const { keys, strokes, opened, setOpened, close } = useGridEditing({ rows, cells, onBlocks })
  const { stroke } = strokes
  const shown = stroke === undefined ? cells : strokedCells(cells, stroke)
  const blocks = blocksOf(shown)
  const selected = new Set(keys.selected.flatMap(cellsIn))
  const open = opened === undefined ? undefined : blockAt(blocks, opened)
  return (
    <div>
      <div
        role="grid"
        aria-label={text.label}
        aria-multiselectable="true"
        aria-description={text.keys}
        aria-rowcount={DAYS + 1}
        aria-colcount={CELLS_PER_DAY + 1}
        className={classes['grid']}
      >
        <HourHeaders />
        <div className={classes['stage']}>
          <div
            ref={rows}
            role="rowgroup"
            className={classes['rows']}
            data-stroke={stroke?.kind}
            onKeyDown={keys.onKeyDown}
            onPointerDown={(event) => strokes.begin(event)}
            onPointerMove={strokes.move}
            onPointerUp={strokes.end}
            onPointerCancel={strokes.cancel}
          >
            {DAY_NUMBERS.map((day) => (
              <GridRow
                key={day}
                day={day}
                cells={shown}
                blocks={blocks}
                selected={selected}
                cursorCell={keys.cursorCell}
                opened={open}
                nowMinute={now?.day === day ? now.minute : undefined}
                onEdge={strokes.begin}
              />
            ))}
          </div>
          {opened !== undefined && open !== undefined && (
            <BlockPopover
              block={open}
              at={opened}
              blocks={blocks}
              plan={plan}
              facts={facts}
              onBlocks={onBlocks}
              onMoved={setOpened}
              onClose={close}
            />
          )}
        </div>
      </div>
      <PlannedChange cells={cells} selected={keys.selected} stroke={stroke} />
    </div>
  )
}

/** Edits the week by keys and by pointer, and keeps which block's details are open: the one at the cell `opened`. */
function useGridEditing({
  rows,
  cells,
  onBlocks,
}: {
  readonly rows: RefObject<HTMLElement | null>
  readonly cells: WeekCells
  readonly onBlocks: (blocks: WeekBlock[]) => void
}) {
  const [opened, setOpened] = useState<GridPoint>()
  const onCells = (next: WeekCells) => onBlocks(blocksOf(next))
  const keys = useGridKeys({ rows, cells, onCells, onOpen: setOpened })
  const strokes = useWeekStrokes({
    rows,
    cells,
    onStroke: onCells,
    onOpen: setOpened,
    onPress: (point) => {
      setOpened(undefined)
      keys.place(point)
      keys.focus(point)
    },
  })
  /** Closes the details; the focus returns to their cell. */
  const close = () => {
    setOpened(undefined)
    if (opened !== undefined) keys.focus(opened)
  }
  return { keys, strokes, opened, setOpened, close }
}

/** The hours of the day above the columns; every third is seen, all are read out. */
function HourHeaders() {
  const text = useText().sharing.grid
  return (
    <div role="row" aria-rowindex={1} className={classes['head']}>
      <div role="columnheader" aria-colindex={1} className={classes['corner']}>
        <span className="visually-hidden">{text.day}</span>
      </div>
      {HOURS.map((hour) => (
        <div
          key={hour}
          role="columnheader"
          aria-colindex={2 + 2 * hour}
          aria-colspan={2}
          className={classes['hour']}
        >
          <span className={hour % 3 === 0 ? undefined : 'visually-hidden'}>{clockText(hour * 60)}</span>
        </div>
      ))}
    </div>
  )
}

/** A block's details, beside the part of it that was clicked. */
function BlockPopover({
  at,
  ...editor
}: ComponentProps<typeof BlockEditor> & {
  /** The cell that was clicked. */
  readonly at: GridPoint
}) {
  const text = useText().sharing.block
  const { language } = useFormat()
  const { block, onClose } = editor
  return (
    <Popover {...BLOCK_POPOVER} opened onDismiss={onClose} position="bottom" withRoles={false}>
      <Popover.Target>
        <div className={classes['anchor']} style={anchorStyle(block, at)} aria-hidden="true" />
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={text.label(dayName(language, block.day))}>
        <BlockEditor {...editor} />
      </Popover.Dropdown>
    </Popover>
  )
}

/** The line below the grid: the change that the stroke or the selection would make, or how to make one. */
function PlannedChange({
  cells,
  selected,
  stroke,
}: {
  readonly cells: WeekCells
  readonly selected: readonly Span[]
  readonly stroke: Stroke | undefined
}) {
  const messages = useText()
  const text = messages.sharing.grid
  const { language } = useFormat()
  const spans = stroke === undefined ? selected : strokeSpans(stroke)
  const [first] = spans
  const isErasing =
    stroke === undefined ? first !== undefined && cells[first.start] !== undefined : stroke.kind === 'erase'
  const hours = spansText(messages, language, spans)
  return (
    <p className={classes['said']} aria-live="polite">
      {spans.length === 0 ? text.hint : isErasing ? text.erasing(hours) : text.painting(hours)}
    </p>
  )
}

/** The block that shares a cell. */
function blockAt(blocks: readonly WeekBlock[], point: GridPoint): WeekBlock | undefined {
  const cell = cellOf(point)
  return blocks.find((block) => cellsIn(spanOf(block)).includes(cell))
}

/** The popover points at the part of the block that was clicked. */
function anchorStyle(block: WeekBlock, at: GridPoint): Record<string, string> {
  const inRow = cellsIn(spanOf(block)).filter((cell) => pointOf(cell).day === at.day)
  const first = pointOf(inRow[0] ?? 0).slot
  return {
    top: `${(at.day / DAYS) * 100}%`,
    left: `${(first / CELLS_PER_DAY) * 100}%`,
    width: `${(inRow.length / CELLS_PER_DAY) * 100}%`,
  }
}
