import { useState } from 'react'
import { ActionIcon, Button, Popover } from '@mantine/core'
import { IconAdjustmentsHorizontal, IconPlus, IconTrash } from '@tabler/icons-react'
import type { WeekBlock, WeekPlan } from '#contract'
import { useFormat, useText } from '../../../../state/text.tsx'
import { BlockEditor, type BlockFacts } from './block-editor.tsx'
import { BlockHours } from './block-hours.tsx'
import { BLOCK_POPOVER } from './block-popover.ts'
import { blocksOf, cellAt, cellsOf, erase, freeSpan, paint, resize, spanOf } from '../week-paint.ts'
import { pointOf, type GridPoint } from '../week-selection.ts'
import { blockText } from '../week-text.ts'
import classes from './block-list.module.css'

/** A block that is added begins in the evening and lasts a night, where there is room for one. */
const EVENING_MINUTE = 22 * 60
const NIGHT_CELLS = 18

/** The same week as a plain list: a row for each block, its day and hours to choose. */
export function BlockList({
  plan,
  facts,
  onBlocks,
}: {
  readonly plan: WeekPlan
  readonly facts: BlockFacts
  readonly onBlocks: (blocks: WeekBlock[], editing?: string) => void
}) {
  const text = useText().sharing.block
  const [opened, setOpened] = useState<number>()
  const cells = cellsOf(plan.blocks)
  const blocks = blocksOf(cells)
  const lastDay = blocks.at(-1)?.day ?? -1
  const free = freeSpan(cells, cellAt(lastDay + 1, EVENING_MINUTE), NIGHT_CELLS)
  return (
    <div className={classes['list']}>
      {blocks.length === 0 && <p className={classes['empty']}>{text.empty}</p>}
      <ul aria-label={text.listLabel} className={classes['rows']}>
        {blocks.map((block, row) => (
          // By its place: what changes its hours is the same row, and keeps the focus.
          <li key={row} className={classes['row']}>
            <BlockRow
              block={block}
              blocks={blocks}
              plan={plan}
              facts={facts}
              onBlocks={onBlocks}
              isOpen={opened === row}
              onOpen={(isOpen) => setOpened(isOpen ? row : undefined)}
              onMoved={(point) => setOpened(blocksBefore(blocks.toSpliced(row, 1), point))}
            />
          </li>
        ))}
      </ul>
      <Button
        leftSection={<IconPlus size={16} aria-hidden="true" />}
        disabled={free === undefined}
        onClick={() => free !== undefined && onBlocks(blocksOf(paint(cells, [free], {})))}
      >
        {text.add}
      </Button>
    </div>
  )
}

/** A block's hours to choose, its details, and the way to take it back. */
function BlockRow({
  block,
  blocks,
  plan,
  facts,
  onBlocks,
  isOpen,
  onOpen,
  onMoved,
}: {
  readonly block: WeekBlock
  readonly blocks: readonly WeekBlock[]
  readonly plan: WeekPlan
  readonly facts: BlockFacts
  readonly onBlocks: (blocks: WeekBlock[], editing?: string) => void
  /** Whether its details are open. */
  readonly isOpen: boolean
  readonly onOpen: (isOpen: boolean) => void
  /** The block begins elsewhere now. */
  readonly onMoved: (point: GridPoint) => void
}) {
  const messages = useText()
  const text = messages.sharing.block
  const { language } = useFormat()
  const cells = cellsOf(blocks)
  const span = spanOf(block)
  const title = blockText(messages, language, block)
  return (
    <>
      <BlockHours span={span} label={title} onChange={(to) => onBlocks(blocksOf(resize(cells, span, to)))} />
      <div className={classes['actions']}>
        <Popover {...BLOCK_POPOVER} opened={isOpen} onChange={onOpen} position="bottom-end" returnFocus>
          <Popover.Target>
            <ActionIcon aria-label={text.open(title)} onClick={() => onOpen(!isOpen)}>
              <IconAdjustmentsHorizontal size={18} aria-hidden="true" />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown aria-label={text.label(title)}>
            <BlockEditor
              block={block}
              blocks={blocks}
              plan={plan}
              facts={facts}
              onBlocks={onBlocks}
              onMoved={onMoved}
              onClose={() => onOpen(false)}
            />
          </Popover.Dropdown>
        </Popover>
        <ActionIcon
          aria-label={`${text.remove}: ${title}`}
          onClick={() => onBlocks(blocksOf(erase(cells, [span])))}
        >
          <IconTrash size={18} aria-hidden="true" />
        </ActionIcon>
      </div>
    </>
  )
}

/** How many blocks begin before a cell: the row of one that begins there, counted among the others. */
function blocksBefore(blocks: readonly WeekBlock[], { day, slot }: GridPoint): number {
  return blocks.filter((one) => {
    const at = pointOf(spanOf(one).start)
    return at.day < day || (at.day === day && at.slot < slot)
  }).length
}
