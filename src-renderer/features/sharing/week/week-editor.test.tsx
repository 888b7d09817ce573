import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import type { WeekBlock, WeekPlan } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { hardwareInfo, weekPlan } from '../../../node.fixture.ts'
import { ClockNotes } from '../clock/clock-notes.tsx'
import { TimeZoneField } from '../clock/time-zone-field.tsx'
import { WeekEditor } from './week-editor.tsx'

/** Monday 22:00 to Tuesday 07:00. */
const NIGHT: WeekBlock = { day: 0, start_minute: 22 * 60, minutes: 9 * 60 }

/** The editor as a list, which is quicker to ask than the grid's 336 cells. */
async function mountEditor(first: Partial<WeekPlan> = {}) {
  const plans: WeekPlan[] = []
  const keys: string[] = []
  function Editor() {
    const [plan, setPlan] = useState(() => weekPlan(first))
    return (
      <WeekEditor
        plan={plan}
        facts={{ hardware: hardwareInfo(), kinds: [] }}
        nowMs={Date.UTC(2026, 0, 15)}
        onPlan={(next) => {
          plans.push(next)
          setPlan(next)
        }}
        onUndo={() => keys.push('undo')}
        onRedo={() => keys.push('redo')}
      />
    )
  }
  const mounted = mount(<Editor />)
  await mounted.user.click(screen.getByLabelText('List'))
  return { ...mounted, keys, plan: () => plans.at(-1) }
}

it('the week is painted as a grid or written as a list', async () => {
  const { user } = await mountEditor()
  screen.getByRole('list', { name: 'Shared hours as a list' })
  await user.click(screen.getByRole('radio', { name: 'Grid' }))
  screen.getByRole('grid', { name: 'Shared hours of the week' })
})

it('the hours of the week are counted', async () => {
  await mountEditor({ blocks: [NIGHT] })
  screen.getByText('9 hours a week')
})

it('a preset replaces the week, and Undo brings the old one back', async () => {
  const { user, plan } = await mountEditor({ blocks: [NIGHT] })
  await user.click(screen.getByRole('button', { name: 'Presets' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Nights, 22:00–07:00' }))
  expect(plan()?.blocks).toHaveLength(7)
  await screen.findByText('The week was replaced')
  await user.click(screen.getByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(plan()?.blocks).toEqual([NIGHT]))
})

it('the week is cleared, where there is anything to clear', async () => {
  const { user, plan } = await mountEditor({ blocks: [NIGHT] })
  await user.click(screen.getByRole('button', { name: 'Presets' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Clear the week' }))
  await screen.findByText('The week was cleared')
  expect(plan()?.blocks).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Presets' }))
  const clear = await screen.findByRole<HTMLButtonElement>('menuitem', { name: 'Clear the week' })
  expect(clear.disabled).toBe(true)
})

it('a day is copied onto others; onto itself it is not', async () => {
  const { user, plan } = await mountEditor({ blocks: [NIGHT] })
  await user.click(screen.getByRole('button', { name: 'Copy a day' }))
  const form = within(await screen.findByRole('dialog', { name: 'Copy a day' }))
  const day = (name: RegExp) => form.getByRole<HTMLInputElement>('checkbox', { name })
  expect(day(/Monday/).disabled).toBe(true)
  await user.click(form.getByRole('button', { name: 'All days' }))
  await user.click(day(/Sunday/))
  await user.click(form.getByRole('button', { name: 'Copy' }))
  expect(plan()?.blocks.map((block) => block.day)).toEqual([0, 1, 2, 3, 4, 5])
})

it('without hours there is no day to copy', async () => {
  await mountEditor()
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Copy a day' }).disabled).toBe(true)
})

it('Ctrl and Z undoes, with Shift redoes, but not in a field of text', async () => {
  const { keys } = await mountEditor({ blocks: [NIGHT] })
  const button = screen.getByRole('button', { name: 'Add hours' })
  fireEvent.keyDown(button, { key: 'z', ctrlKey: true })
  fireEvent.keyDown(button, { key: 'Z', ctrlKey: true, shiftKey: true })
  expect(keys).toEqual(['undo', 'redo'])
  fireEvent.keyDown(screen.getByRole('combobox', { name: 'Time zone' }), { key: 'z', ctrlKey: true })
  expect(keys).toHaveLength(2)
})

it('the time zone is found by a part of its name', async () => {
  const { user, plan } = await mountEditor()
  const zone = screen.getByRole<HTMLInputElement>('combobox', { name: 'Time zone' })
  expect(zone.value).toMatch(/^UTC/)
  await user.click(zone)
  await user.keyboard('new york')
  await user.click(await screen.findByRole('option', { name: 'America/New York' }))
  expect(plan()?.time_zone).toBe('America/New_York')
})

it('a zone that does not exist is not found', async () => {
  const { user } = mount(<TimeZoneField zone="UTC" onZone={() => undefined} />)
  await user.click(screen.getByRole('combobox', { name: 'Time zone' }))
  await user.keyboard('atlantis')
  await screen.findByText('No such time zone')
})

/** The notes on the clocks of Berlin, where nights are shared unless said otherwise. */
function mountNotes(nowMs: number, blocks = Array.from({ length: 7 }, (_, day) => ({ ...NIGHT, day }))) {
  mount(<ClockNotes plan={weekPlan({ time_zone: 'Europe/Berlin', blocks })} nowMs={nowMs} />)
}

it('a change of the clocks soon is told where it falls into shared hours', () => {
  mountNotes(Date.UTC(2026, 2, 20))
  screen.getByText(/^The clocks go forward: the time from 02:00 to 03:00 is skipped on March 29/)
})

it('the hour that comes twice in autumn is told to be shared both times', () => {
  mountNotes(Date.UTC(2026, 9, 10))
  screen.getByText(/comes twice on October 25, and is shared both times/)
})

it('a change of the clocks outside shared hours is not told', () => {
  mountNotes(Date.UTC(2026, 2, 20), [{ day: 2, start_minute: 720, minutes: 60 }])
  expect(screen.queryByText(/The clocks go/)).toBeNull()
})
