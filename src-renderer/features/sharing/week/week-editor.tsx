import { useState, type KeyboardEvent } from 'react'
import { Button, Menu, SegmentedControl } from '@mantine/core'
import { IconChevronDown, IconTemplate } from '@tabler/icons-react'
import type { WeekBlock, WeekPlan } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { offerUndo } from '../../../ui/notices/undo-toast.tsx'
import type { BlockFacts } from './blocks/block-editor.tsx'
import { BlockList } from './blocks/block-list.tsx'
import { wallTime } from '../clock/clock-changes.ts'
import { ClockNotes } from '../clock/clock-notes.tsx'
import { CopyDay } from './copy-day.tsx'
import { TimeZoneField } from '../clock/time-zone-field.tsx'
import { WeekGrid } from './grid/week-grid.tsx'
import { blocksOf, cellsOf, paint } from './week-paint.ts'
import { PRESETS, presetSpans, type Preset } from './week-presets.ts'
import { hoursPerWeek } from './week-text.ts'
import classes from './week-editor.module.css'

/** The week and what may be done with it: painted as a grid or written as a list. */
export function WeekEditor({
  plan,
  facts,
  nowMs,
  onPlan,
  onUndo,
  onRedo,
}: {
  readonly plan: WeekPlan
  readonly facts: BlockFacts
  readonly nowMs: number
  readonly onPlan: (plan: WeekPlan, editing?: string) => void
  readonly onUndo: () => void
  readonly onRedo: () => void
}) {
  const text = useText().sharing.grid
  const format = useFormat()
  const [view, setView] = useState<'grid' | 'list'>('grid')
  const blocks = blocksOf(cellsOf(plan.blocks))
  const onBlocks = (next: WeekBlock[], editing?: string) => onPlan({ ...plan, blocks: next }, editing)
  /** Puts another week in the place of this one, with a way back. */
  const replace = (next: WeekBlock[]) => {
    onBlocks(next)
    if (blocks.length > 0)
      offerUndo(next.length === 0 ? text.cleared : text.replaced, () => onBlocks([...blocks]))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
    // In a field of text it is the field's own undo.
    if (event.target instanceof HTMLInputElement) return
    event.preventDefault()
    if (event.shiftKey) onRedo()
    else onUndo()
  }
  const tools = (
    <div className={classes['tools']}>
      <PresetMenu
        hasBlocks={blocks.length > 0}
        onPreset={(preset) => replace(blocksOf(paint(cellsOf([]), presetSpans(preset), {})))}
        onClear={() => replace([])}
      />
      <CopyDay blocks={blocks} onBlocks={replace} />
      <SegmentedControl
        size="xs"
        aria-label={text.view}
        value={view}
        data={[
          { value: 'grid', label: text.asGrid },
          { value: 'list', label: text.asList },
        ]}
        onChange={(chosen) => setView(chosen)}
      />
    </div>
  )
  return (
    <div onKeyDown={onKeyDown}>
      <Section
        title={text.label}
        description={text.perWeek(format.number(hoursPerWeek(blocks), 1))}
        actions={tools}
      >
        <div className={classes['week']} data-view={view}>
          {view === 'grid' ? (
            <WeekGrid plan={plan} facts={facts} now={wallTimeIn(plan.time_zone, nowMs)} onBlocks={onBlocks} />
          ) : (
            <BlockList plan={plan} facts={facts} onBlocks={onBlocks} />
          )}
          <div className={classes['zone']}>
            <span>{text.timeZone}</span>
            <TimeZoneField zone={plan.time_zone} onZone={(time_zone) => onPlan({ ...plan, time_zone })} />
          </div>
          {wallTimeIn(plan.time_zone, nowMs) !== undefined && <ClockNotes plan={plan} nowMs={nowMs} />}
        </div>
      </Section>
    </div>
  )
}

function PresetMenu({
  hasBlocks,
  onPreset,
  onClear,
}: {
  readonly hasBlocks: boolean
  readonly onPreset: (preset: Preset) => void
  readonly onClear: () => void
}) {
  const text = useText().sharing.grid
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          leftSection={<IconTemplate size={16} aria-hidden="true" />}
          rightSection={<IconChevronDown size={14} aria-hidden="true" />}
        >
          {text.presets}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PRESETS.map((preset) => (
          <Menu.Item key={preset} onClick={() => onPreset(preset)}>
            {text.presetNames[preset]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item disabled={!hasBlocks} onClick={onClear}>
          {text.clear}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Undefined for a zone that this window's calendar does not know. */
function wallTimeIn(zone: string, nowMs: number) {
  try {
    return wallTime(zone, nowMs)
  } catch {
    return undefined
  }
}
