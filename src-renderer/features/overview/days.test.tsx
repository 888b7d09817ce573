import { screen, waitFor, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { DayStatistics } from '#contract'
import { mount } from '../../component.fixture.tsx'
import { peopleMap, person } from '../../node.fixture.ts'
import { Month } from './month/month.tsx'
import { SmallMesh } from './small-mesh.tsx'
import { Today } from './today.tsx'

const HOUR_MS = 3_600_000

/** Thirty days up to June 30, of which the last few are as given, today last. */
function month(...last: Partial<DayStatistics>[]): DayStatistics[] {
  return Array.from({ length: 30 }, (_, i) => ({
    date: `2026-06-${String(i + 1).padStart(2, '0')}`,
    shared_ms: 0,
    units_for_others: 0,
    cpu_ms_for_others: 0,
    units_by_others: 0,
    cpu_ms_by_others: 0,
    ...last[i - 30 + last.length],
  }))
}

function ready(value: DayStatistics[]) {
  return { state: 'ready', value, refresh: () => undefined } as const
}

it('the figures of today stand beside those of yesterday and the week', () => {
  const days = month(
    { cpu_ms_for_others: 3 * HOUR_MS },
    { units_for_others: 1_200, cpu_ms_for_others: 0.5 * HOUR_MS, shared_ms: 1.5 * HOUR_MS },
  )
  mount(<Today days={ready(days)} />)
  const today = screen.getByRole('region', { name: 'Today' })
  within(today).getByText('1.5 h')
  within(today).getByText('30 min')
  within(today).getByText('1,200 units · yesterday 3 h')
  within(today).getByRole('img', {
    name: 'Helped others on each of the last 7 days: 0\u00a0h, 0\u00a0h, 0\u00a0h, 0\u00a0h, 0\u00a0h, 3\u00a0h, 30 min',
  })
})

it('two minutes of sharing are two minutes, and not no hours', () => {
  mount(<Today days={ready(month({}, { shared_ms: 2 * 60_000 + 21_000 }))} />)
  const today = screen.getByRole('region', { name: 'Today' })
  within(today).getByText('2 min')
  within(today).getAllByText('yesterday 0 h')
  within(today).getByRole('img', {
    name: 'Time shared on each of the last 7 days: 0\u00a0h, 0\u00a0h, 0\u00a0h, 0\u00a0h, 0\u00a0h, 0\u00a0h, 2 min',
  })
})

it('while the figures are on their way, their names stand already', () => {
  mount(<Today days={{ state: 'loading' }} />)
  screen.getByText('Helped you')
  expect(screen.queryByRole('img')).toBeNull()
})

it('figures that cannot be had say why, and can be asked again', async () => {
  let asked = 0
  const failed = { state: 'failed', message: 'The journal is busy.', retry: () => (asked += 1) } as const
  const { user } = mount(
    <>
      <Today days={failed} />
      <Month days={failed} />
    </>,
  )
  // One answer, one notice.
  expect(screen.getAllByRole('alert')).toHaveLength(1)
  screen.getByText('The journal is busy.')
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(asked).toBe(1)
})

it('a month in which nothing happened says when days will be shown', () => {
  mount(<Month days={ready(month())} />)
  screen.getByText(/^Nothing yet\. Each day/)
  expect(screen.queryByRole('table')).toBeNull()
})

it('a month is a chart with its sums, and a table for a screen reader, newest first', async () => {
  mount(<Month days={ready(month({ units_for_others: 4 }, { units_by_others: 1 }))} />)
  screen.getByText('4 units for others')
  screen.getByText('1 unit for you')
  const table = screen.getByRole('table', { name: 'The last 30 days, newest first' })
  const rows = within(table).getAllByRole('row')
  expect(rows).toHaveLength(31)
  expect(rows[1]?.textContent).toMatch(/^Jun 30(, 2026)?010 s$/)
  expect(rows[2]?.textContent).toMatch(/^Jun 29(, 2026)?400 s$/)
  // One course needs no choice.
  expect(screen.queryByRole('radiogroup')).toBeNull()
  await screen.findByRole('application', { name: 'Units by day. The arrow keys go from day to day.' })
})

it('the arrow keys go from day to day of the chart, each in words', async () => {
  const { user } = mount(<Month days={ready(month({ units_for_others: 4 }, { units_by_others: 1 }))} />)
  await screen.findByRole('application')
  const chart = screen.getByRole('application')
  chart.focus()
  await user.keyboard('{ArrowRight}')
  const told = screen.getByRole('status')
  await waitFor(() => expect(told.textContent).toBe('Tuesday, June 2A quiet day'))
})

it('hours shared are the other course, chosen above the chart', async () => {
  const { user } = mount(<Month days={ready(month({ units_for_others: 4, shared_ms: 2.5 * HOUR_MS }))} />)
  await user.click(screen.getByRole('radio', { name: 'Hours' }))
  screen.getByText('2.5 h shared')
  await screen.findByRole('application', {
    name: 'Hours shared by day. The arrow keys go from day to day.',
  })
})

it('the small mesh says in a sentence who is there, and leads to people', () => {
  const { tell } = mount(<SmallMesh />)
  screen.getByRole('img', { name: 'Nobody yet' })
  tell({ people: peopleMap(person('Ada')) })
  screen.getByRole('img', { name: /^You in the middle, your people around you\. 1 person/ })
  expect(screen.getByRole('link', { name: 'Open people' }).getAttribute('href')).toBe('/people/mesh')
})
