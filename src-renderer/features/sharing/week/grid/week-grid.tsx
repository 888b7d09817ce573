import { useRef, useState } from 'react'
import { Popover } from '@mantine/core'
import type { WeekBlock, WeekPlan } from '#contract'
import { useFormat, useText } from '../../../../state/text.tsx'
import { BlockEditor, type BlockFacts } from '../blocks/block-editor.tsx'
import { BLOCK_POPOVER } from '../blocks/block-popover.ts'
import type { WallTime } from '../../clock/clock-changes.ts'
import { GridRow } from './grid-row.tsx'
import { useGridKeys } from './use-grid-keys.ts'
import { strokeSpans, strokedCells, useWeekStrokes } from './use-week-strokes.ts'
import { blocksOf, cellsIn, cellsOf, CELLS_PER_DAY, DAYS, spanOf, type WeekCells } from '../week-paint.ts'
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
  const messages = useText()
  const text = messages.sharing.grid
  const { language } = useFormat()
  const rows = useRef<HTMLDivElement>(null)
  const [opened, setOpened] = useState<GridPoint>()
  const cells = cellsOf(plan.blocks)
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
  const { stroke } = strokes
  const shown = stroke === undefined ? cells : strokedCells(cells, stroke)
  const blocks = blocksOf(shown)
  const selected = new Set(keys.selected.flatMap(cellsIn))
  const open = opened === undefined ? undefined : blockAt(blocks, opened)
  const close = () => {
    setOpened(undefined)
    if (opened !== undefined) keys.focus(opened)
  }
  const said = stroke === undefined ? keys.selected : strokeSpans(stroke)

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
            <Popover {...BLOCK_POPOVER} opened onDismiss={close} position="bottom" withRoles={false}>
              <Popover.Target>
                <div className={classes['anchor']} style={anchorStyle(open, opened)} aria-hidden="true" />
              </Popover.Target>
              <Popover.Dropdown
                role="dialog"
                aria-label={messages.sharing.block.label(dayName(language, open.day))}
              >
                <BlockEditor
                  block={open}
                  blocks={blocks}
                  plan={plan}
                  facts={facts}
                  onBlocks={onBlocks}
                  onMoved={setOpened}
                  onClose={close}
                />
              </Popover.Dropdown>
            </Popover>
          )}
        </div>
      </div>
      <p className={classes['said']} aria-live="polite">
        {said.length === 0 ? text.hint : saying(stroke?.kind, spansText(messages, language, said))}
      </p>
    </div>
  )

  function saying(kind: 'paint' | 'erase' | 'resize' | undefined, what: string): string {
    const isErasing =
      kind === 'erase' || (kind === undefined && cells[keys.selected[0]?.start ?? 0] !== undefined)
    return isErasing ? text.erasing(what) : text.painting(what)
  }
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
