import { Button, Checkbox, SegmentedControl, Switch } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { HardwareInfo, WeekBlock, WeekPlan } from '#contract'
import { algorithmWords } from '../../../../job-kinds/table.ts'
import { useFormat, useText } from '../../../../state/text.tsx'
import { offerUndo } from '../../../../ui/notices/undo-toast.tsx'
import { BlockHours } from './block-hours.tsx'
import { ResourceFields } from '../../resource-fields.tsx'
import {
  blocksOf,
  cellsOf,
  erase,
  isSameTerms,
  resize,
  setTerms,
  spanOf,
  termsOf,
  type BlockTerms,
  type Span,
} from '../week-paint.ts'
import { pointOf, type GridPoint } from '../week-selection.ts'
import { blockText } from '../week-text.ts'
import classes from './block-editor.module.css'

/** The choices that a block has: this machine's resources, and the kinds of work that run on it. */
export interface BlockFacts {
  readonly hardware: HardwareInfo | undefined
  /** Ids of the algorithms that this PC runs for others. */
  readonly kinds: readonly string[]
}

/** Priorities that are offered, and the least that each stands for. */
const PRIORITIES = [
  { name: 'high', value: 1, least: 0.75 },
  { name: 'normal', value: 0.5, least: 0.4 },
  { name: 'low', value: 0.25, least: 0 },
] as const

/** The details of one block: when, how much, which kinds of work, and how gladly. */
export function BlockEditor({
  block,
  blocks,
  plan,
  facts,
  onBlocks,
  onMoved,
  onClose,
}: {
  readonly block: WeekBlock
  readonly blocks: readonly WeekBlock[]
  readonly plan: WeekPlan
  readonly facts: BlockFacts
  readonly onBlocks: (blocks: WeekBlock[], editing?: string) => void
  /** The block begins elsewhere now. */
  readonly onMoved: (point: GridPoint) => void
  readonly onClose: () => void
}) {
  const messages = useText()
  const text = messages.sharing
  const { language } = useFormat()
  const span = spanOf(block)
  const cells = cellsOf(blocks)
  const terms = termsOf(block)
  const title = blockText(messages, language, block)

  const setHours = (to: Span) => {
    onBlocks(blocksOf(resize(cells, span, to)), 'hours')
    onMoved(pointOf(to.start))
  }
  const set = (next: BlockTerms, editing: string) => onBlocks(blocksOf(setTerms(cells, span, next)), editing)
  const setForAll = () => onBlocks(blocksOf(cells.map((one) => one && terms)))
  const remove = () => {
    onBlocks(blocksOf(erase(cells, [span])))
    onClose()
    offerUndo(text.block.removed, () => onBlocks([...blocks]))
  }
  return (
    <div className={classes['editor']}>
      <div className={classes['body']}>
        <h3 className={classes['title']}>{title}</h3>
        <BlockHours span={span} label={title} onChange={setHours} />
        <Switch
          label={text.block.own}
          description={terms.resources === undefined ? text.block.usual : undefined}
          checked={terms.resources !== undefined}
          onChange={(event) =>
            set(withOwnResources(terms, event.currentTarget.checked ? plan : undefined), 'own')
          }
        />
        {terms.resources !== undefined && (
          <ResourceFields
            value={terms.resources}
            hardware={facts.hardware}
            onChange={(resources, editing) => set({ ...terms, resources }, editing)}
          />
        )}
        <Kinds terms={terms} kinds={facts.kinds} onTerms={(next) => set(next, 'kinds')} />
        <Priority terms={terms} plan={plan} onTerms={(next) => set(next, 'priority')} />
      </div>
      <div className={classes['actions']}>
        <Button size="xs" variant="subtle" color="bad" leftSection={<IconTrash size={16} />} onClick={remove}>
          {text.block.remove}
        </Button>
        <Button
          size="xs"
          disabled={blocks.every((one) => isSameTerms(termsOf(one), terms))}
          onClick={setForAll}
        >
          {text.block.sameForAll}
        </Button>
        <Button size="xs" variant="filled" onClick={onClose}>
          {text.block.done}
        </Button>
      </div>
    </div>
  )
}

function Kinds({
  terms,
  kinds,
  onTerms,
}: {
  readonly terms: BlockTerms
  readonly kinds: readonly string[]
  readonly onTerms: (terms: BlockTerms) => void
}) {
  const messages = useText()
  const text = messages.sharing
  const chosen = terms.algorithms ?? kinds
  // A kind that the plan names stays to be seen, also when this PC does not run it at the moment.
  const all = [...new Set([...kinds, ...chosen])]
  if (all.length === 0) return null
  const toggle = (kind: string) => {
    const next = all.filter((one) => (one === kind ? !chosen.includes(one) : chosen.includes(one)))
    const { algorithms: _before, ...rest } = terms
    onTerms(next.length === all.length ? rest : { ...rest, algorithms: next })
  }
  return (
    <fieldset className={classes['group']}>
      <legend>{text.block.kinds}</legend>
      {all.map((kind) => (
        <Checkbox
          key={kind}
          size="sm"
          label={<span title={kind}>{algorithmWords(kind, messages).work}</span>}
          checked={chosen.includes(kind)}
          onChange={() => toggle(kind)}
        />
      ))}
      {chosen.length === 0 && (
        <p role="alert" className={classes['none']}>
          {text.block.kindsNone}
        </p>
      )}
    </fieldset>
  )
}

function Priority({
  terms,
  plan,
  onTerms,
}: {
  readonly terms: BlockTerms
  readonly plan: WeekPlan
  readonly onTerms: (terms: BlockTerms) => void
}) {
  const text = useText().sharing.resources
  const value = terms.priority ?? plan.priority
  const name = PRIORITIES.find(({ least }) => value >= least)?.name ?? 'low'
  const choose = (chosen: string) => {
    const priority = PRIORITIES.find((one) => one.name === chosen)?.value ?? plan.priority
    const { priority: _before, ...rest } = terms
    onTerms(priority === plan.priority ? rest : { ...rest, priority })
  }
  return (
    <div className={classes['group']}>
      <span title={text.priorityHelp}>{text.priority}</span>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={text.priority}
        value={name}
        data={PRIORITIES.toReversed().map((one) => ({ value: one.name, label: text.priorities[one.name] }))}
        onChange={choose}
      />
    </div>
  )
}

function withOwnResources(terms: BlockTerms, plan: WeekPlan | undefined): BlockTerms {
  const { resources: _before, ...rest } = terms
  return plan === undefined ? rest : { ...rest, resources: plan.resources }
}
