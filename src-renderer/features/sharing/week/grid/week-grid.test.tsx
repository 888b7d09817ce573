import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import type { WeekBlock } from '#contract'
import { mount } from '../../../../component.fixture.tsx'
import { hardwareInfo, weekPlan } from '../../../../node.fixture.ts'
import { WeekGrid } from './week-grid.tsx'

const FACTS = { hardware: hardwareInfo(), kinds: ['render.path-trace'] }
/** Tuesday 10:00 to 12:00. */
const TUESDAY: WeekBlock = { day: 1, start_minute: 600, minutes: 120 }

function mountGrid(...first: WeekBlock[]) {
  const edits: WeekBlock[][] = []
  function Grid() {
    const [blocks, setBlocks] = useState(first)
    return (
      <WeekGrid
        plan={weekPlan({ blocks })}
        facts={FACTS}
        now={undefined}
        onBlocks={(next) => {
          edits.push(next)
          setBlocks(next)
        }}
      />
    )
  }
  const mounted = mount(<Grid />)
  return { ...mounted, edits, blocks: () => edits.at(-1) }
}

/** The cell of a half hour; by its label, since asking 336 cells for their roles takes a second. */
const cell = (label: string) => screen.getByLabelText(label)
const free = (day: string, from: string, to: string) => cell(`${day} ${from} to ${to}, not shared`)
const shared = (day: string, from: string, to: string) => cell(`${day} ${from} to ${to}, shared`)

/** The pointer over the middle of a half hour of the days' tracks, which are 800 by 600. */
const at = (day: number, hour: number) => ({
  button: 0,
  clientX: ((hour * 2 + 0.5) / 48) * 800,
  clientY: ((day + 0.5) / 7) * 600,
})
const TRACKS = 'Monday 00:00 to 00:30, not shared'
const tracks = () => cell(TRACKS)

function drag(from: ReturnType<typeof at>, to: ReturnType<typeof at>) {
  fireEvent.pointerDown(tracks(), from)
  fireEvent.pointerMove(tracks(), to)
}

/** The text below the grid. */
const said = (words: string | RegExp) => screen.getByText(words)

it('each half hour of the week says whether it is shared', () => {
  mountGrid(TUESDAY)
  shared('Tuesday', '10:00', '10:30')
  shared('Tuesday', '11:30', '12:00')
  free('Tuesday', '12:00', '12:30')
  expect(screen.getAllByLabelText(/, (not )?shared$/)).toHaveLength(7 * 48)
  said(/^Drag over free time to share it/)
})

it('dragging over free time shares it, and says so meanwhile', () => {
  const { blocks } = mountGrid()
  drag(at(1, 10), at(1, 11.5))
  said('Share Tuesday 10:00–12:00')
  shared('Tuesday', '11:30', '12:00')
  fireEvent.pointerUp(tracks())
  expect(blocks()).toEqual([TUESDAY])
})

it('dragging down shares the same hours of several days', () => {
  const { blocks } = mountGrid()
  drag(at(0, 9), at(2, 9.5))
  said('Share Monday to Wednesday 09:00–10:00')
  fireEvent.pointerUp(tracks())
  expect(blocks()).toHaveLength(3)
})

it('dragging over shared time takes it back', () => {
  const { blocks } = mountGrid(TUESDAY)
  drag(at(1, 11), at(1, 11.5))
  said('Take back Tuesday 11:00–12:00')
  fireEvent.pointerUp(tracks())
  expect(blocks()).toEqual([{ ...TUESDAY, minutes: 60 }])
})

it('Escape ends a stroke without a change', () => {
  const { edits } = mountGrid()
  drag(at(1, 10), at(1, 12))
  fireEvent.keyDown(window, { key: 'Escape' })
  fireEvent.pointerUp(tracks())
  expect(edits).toEqual([])
  free('Tuesday', '10:00', '10:30')
})

it('a press with another button than the first paints nothing', () => {
  const { edits } = mountGrid()
  fireEvent.pointerDown(tracks(), { ...at(1, 10), button: 2 })
  fireEvent.pointerUp(tracks())
  expect(edits).toEqual([])
})

it('a click on a block opens its details, and Done returns to the cell', async () => {
  const { user, edits } = mountGrid(TUESDAY)
  fireEvent.pointerDown(tracks(), at(1, 11))
  fireEvent.pointerUp(tracks())
  const details = await screen.findByRole('dialog', { name: 'Shared Tuesday' })
  within(details).getByRole('heading', { name: 'Tuesday 10:00–12:00' })
  expect(edits).toEqual([])
  await user.click(within(details).getByRole('button', { name: 'Done' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(document.activeElement).toBe(shared('Tuesday', '11:00', '11:30'))
})

it('Space shares the cell under the cursor, and takes it back', async () => {
  const { user, blocks } = mountGrid()
  free('Monday', '00:00', '00:30').focus()
  await user.keyboard('{Control>}{Home}{/Control}')
  expect(document.activeElement).toBe(free('Monday', '00:00', '00:30'))
  await user.keyboard(' ')
  expect(blocks()).toEqual([{ day: 0, start_minute: 0, minutes: 30 }])
  await user.keyboard(' ')
  expect(blocks()).toEqual([])
})

it('the grid is one tab stop, at Monday evening first', async () => {
  const { user } = mountGrid()
  await user.tab()
  expect(document.activeElement).toBe(free('Monday', '22:00', '22:30'))
  await user.keyboard('{ArrowDown}{ArrowRight}')
  expect(document.activeElement).toBe(free('Tuesday', '22:30', '23:00'))
  await user.tab()
  expect(document.activeElement).toBe(document.body)
})

it('Shift and arrows select hours, which Enter shares', async () => {
  const { user, blocks } = mountGrid()
  await user.tab()
  await user.keyboard('{Shift>}{ArrowRight}{ArrowDown}{/Shift}')
  said('Share Monday and Tuesday 22:00–23:00')
  expect(free('Tuesday', '22:30', '23:00').getAttribute('aria-selected')).toBe('true')
  await user.keyboard('{Enter}')
  expect(blocks()).toEqual([
    { day: 0, start_minute: 1_320, minutes: 60 },
    { day: 1, start_minute: 1_320, minutes: 60 },
  ])
})

it('Escape drops the selection, and Delete takes back what the cursor is on', async () => {
  const { user, edits, blocks } = mountGrid({ day: 0, start_minute: 1_320, minutes: 60 })
  await user.tab()
  await user.keyboard('{Shift>}{ArrowRight}{/Shift}')
  said('Take back Monday 22:00–23:00')
  await user.keyboard('{Escape}')
  said(/^Drag over free time/)
  expect(edits).toEqual([])
  await user.keyboard('{Delete}')
  expect(blocks()).toEqual([{ day: 0, start_minute: 1_320, minutes: 30 }])
})

it('Enter on a block opens its details', async () => {
  const { user } = mountGrid({ day: 0, start_minute: 1_320, minutes: 60 })
  await user.tab()
  await user.keyboard('{Enter}')
  await screen.findByRole('dialog', { name: 'Shared Monday' })
})
