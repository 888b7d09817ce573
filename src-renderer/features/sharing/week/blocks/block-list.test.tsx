import { screen, waitFor, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import type { WeekBlock } from '#contract'
import { mount } from '../../../../component.fixture.tsx'
import { hardwareInfo, weekPlan } from '../../../../node.fixture.ts'
import { BlockList } from './block-list.tsx'

const FACTS = { hardware: hardwareInfo(), kinds: ['render.path-trace', 'wasm.module'] }
/** Monday 22:00 to Tuesday 07:00. */
const NIGHT: WeekBlock = { day: 0, start_minute: 22 * 60, minutes: 9 * 60 }
const NOON: WeekBlock = { day: 2, start_minute: 12 * 60, minutes: 60 }

function mountList(...first: WeekBlock[]) {
  const edits: WeekBlock[][] = []
  function List() {
    const [blocks, setBlocks] = useState(first)
    return (
      <BlockList
        plan={weekPlan({ blocks })}
        facts={FACTS}
        onBlocks={(next) => {
          edits.push(next)
          setBlocks(next)
        }}
      />
    )
  }
  return { ...mount(<List />), blocks: () => edits.at(-1) }
}

const NIGHT_WORDS = 'Monday 22:00–07:00'
const choice = (block: string, name: string) =>
  within(screen.getByRole('group', { name: block })).getByRole<HTMLSelectElement>('combobox', { name })

/** Opens the details of the one block there is. */
async function openDetails(user: ReturnType<typeof mountList>['user'], block = NIGHT_WORDS) {
  await user.click(screen.getByRole('button', { name: `Details of ${block}` }))
  return within(await screen.findByRole('dialog', { name: `Details of ${block}` }))
}

it('an empty week says what to do, and Add hours adds a night', async () => {
  const { user, blocks } = mountList()
  screen.getByText('No hours yet. Add some, or choose a preset.')
  await user.click(screen.getByRole('button', { name: 'Add hours' }))
  expect(blocks()).toEqual([NIGHT])
  await user.click(screen.getByRole('button', { name: 'Add hours' }))
  expect(blocks()).toEqual([NIGHT, { ...NIGHT, day: 1 }])
})

it('a week that is shared all the time has no room for more hours', () => {
  mountList(...Array.from({ length: 7 }, (_, day) => ({ day, start_minute: 0, minutes: 24 * 60 })))
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Add hours' }).disabled).toBe(true)
})

it('each block is a row with its day and hours to choose', () => {
  mountList(NIGHT, NOON)
  const rows = within(screen.getByRole('list', { name: 'Shared hours as a list' })).getAllByRole('listitem')
  expect(rows).toHaveLength(2)
  const shown = (name: string) => choice(NIGHT_WORDS, name).selectedOptions[0]?.text
  expect([shown('Day'), shown('From'), shown('To')]).toEqual(['Monday', '22:00', '07:00 next day'])
})

it('another day keeps the hours', async () => {
  const { user, blocks } = mountList(NIGHT)
  await user.selectOptions(choice(NIGHT_WORDS, 'Day'), 'Friday')
  expect(blocks()).toEqual([{ ...NIGHT, day: 4 }])
})

it('an earlier beginning keeps the end; an end is chosen by itself', async () => {
  const { user, blocks } = mountList(NOON)
  await user.selectOptions(choice('Wednesday 12:00–13:00', 'From'), '11:00')
  expect(blocks()).toEqual([{ day: 2, start_minute: 660, minutes: 120 }])
  await user.selectOptions(choice('Wednesday 11:00–13:00', 'To'), '14:00')
  expect(blocks()).toEqual([{ day: 2, start_minute: 660, minutes: 180 }])
})

it('a beginning behind the end keeps the length', async () => {
  const { user, blocks } = mountList(NOON)
  await user.selectOptions(choice('Wednesday 12:00–13:00', 'From'), '15:00')
  expect(blocks()).toEqual([{ day: 2, start_minute: 900, minutes: 60 }])
})

it('Take back removes the row’s block', async () => {
  const { user, blocks } = mountList(NIGHT, NOON)
  await user.click(screen.getByRole('button', { name: `Take back: ${NIGHT_WORDS}` }))
  expect(blocks()).toEqual([NOON])
})

it('details share more or less than the rest of the week', async () => {
  const { user, blocks } = mountList(NIGHT)
  const details = await openDetails(user)
  expect(details.queryByRole('slider')).toBeNull()
  await user.click(details.getByRole('switch', { name: /^Different from the rest/ }))
  expect(blocks()).toEqual([{ ...NIGHT, resources: { cpu_cores: 4, ram_gb: 8 } }])
  details.getByRole('slider', { name: 'Processor' }).focus()
  await user.keyboard('{ArrowRight}')
  expect(blocks()?.[0]?.resources?.cpu_cores).toBe(5)
  await user.click(details.getByRole('switch', { name: /^Different from the rest/ }))
  expect(blocks()).toEqual([NIGHT])
})

it('details choose kinds of work; all of them need no naming, none is warned of', async () => {
  const { user, blocks } = mountList(NIGHT)
  const details = await openDetails(user)
  await user.click(details.getByRole('checkbox', { name: 'Render pictures' }))
  expect(blocks()?.[0]?.algorithms).toEqual(['wasm.module'])
  await user.click(details.getByRole('checkbox', { name: 'Run WebAssembly modules' }))
  expect(details.getByRole('alert').textContent).toMatch(/^Choose at least one/)
  await user.click(details.getByRole('checkbox', { name: 'Render pictures' }))
  await user.click(details.getByRole('checkbox', { name: 'Run WebAssembly modules' }))
  expect(blocks()).toEqual([NIGHT])
})

it('details say how gladly the block is used', async () => {
  const { user, blocks } = mountList(NIGHT)
  const details = await openDetails(user)
  expect(details.getByRole<HTMLInputElement>('radio', { name: 'Normal' }).checked).toBe(true)
  await user.click(details.getByRole('radio', { name: 'First' }))
  expect(blocks()).toEqual([{ ...NIGHT, priority: 1 }])
  await user.click(details.getByRole('radio', { name: 'Normal' }))
  expect(blocks()).toEqual([NIGHT])
})

it('Use for all blocks gives every block the same terms', async () => {
  const { user, blocks } = mountList({ ...NIGHT, priority: 1 }, NOON)
  const details = await openDetails(user)
  const forAll = details.getByRole<HTMLButtonElement>('button', { name: 'Use for all blocks' })
  await user.click(forAll)
  expect(blocks()).toEqual([
    { ...NIGHT, priority: 1 },
    { ...NOON, priority: 1 },
  ])
  expect(forAll.disabled).toBe(true)
})

it('details stay open over a block that moves', async () => {
  const { user, blocks } = mountList(NIGHT, NOON)
  const details = await openDetails(user)
  await user.selectOptions(details.getByRole('combobox', { name: 'Day' }), 'Saturday')
  expect(blocks()).toEqual([NOON, { ...NIGHT, day: 5 }])
  await screen.findByRole('dialog', { name: 'Details of Saturday 22:00–07:00' })
})

it('Take back in the details closes them, and Undo brings the block back', async () => {
  const { user, blocks } = mountList(NIGHT)
  const details = await openDetails(user)
  await user.click(details.getByRole('button', { name: 'Take back' }))
  expect(blocks()).toEqual([])
  expect(screen.queryByRole('dialog')).toBeNull()
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(blocks()).toEqual([NIGHT]))
})

it('Done closes the details, and the focus is on their button again', async () => {
  const { user } = mountList(NIGHT)
  const details = await openDetails(user)
  await user.click(details.getByRole('button', { name: 'Done' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByRole('button', { name: `Details of ${NIGHT_WORDS}` })),
  )
})
