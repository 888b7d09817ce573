import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { UnitHere } from '#contract'
import { mount } from '../../component.fixture.tsx'
import { jobId, peerId } from '../../job-kinds/job.fixture.ts'
import { workingFor } from '../../node.fixture.ts'
import { HereNow } from './here-now.tsx'

const unit = (unit_index: number, some: Partial<UnitHere> = {}): UnitHere => ({
  requester: peerId('Ada'),
  is_own: false,
  job_id: jobId('theirs'),
  unit_index,
  fraction: 0.25,
  started_at_ms: 1_000,
  left_ms_estimate: 60_000,
  ...some,
})

it('what runs here is named by the kind of its algorithm', () => {
  const unitsHere = [
    unit(0, { algorithm_id: 'render.path-trace' }),
    unit(1, { algorithm_id: 'wasm.module' }),
    unit(2, { algorithm_id: 'render.raster' }),
    unit(3),
  ]
  mount(<HereNow />, { node: { unitsHere } })
  const items = screen.getAllByRole('listitem').map(({ textContent }) => textContent)
  expect(items[0]).toContain('Rendering, unit 1')
  expect(items[1]).toContain('A program, unit 2')
  // An algorithm that this version does not know is not taken for one that it knows.
  expect(items[2]).toContain('render.raster, unit 3')
  expect(items[3]).toContain('A program, unit 4')
})

it('a unit says whose it is, how far it is and what is left', () => {
  mount(<HereNow />, { node: { unitsHere: [unit(6, { is_own: true, algorithm_id: 'wasm.module' })] } })
  const bar = screen.getByRole('progressbar', { name: 'Progress of Your own job, unit 7' })
  expect(bar.getAttribute('aria-valuenow')).toBe('25')
  screen.getByText('1 min left')
})

it('the rest of many is counted', () => {
  mount(<HereNow />, { node: { unitsHere: Array.from({ length: 9 }, (_, i) => unit(i)) } })
  expect(screen.getAllByRole('listitem')).toHaveLength(6)
  screen.getByText('and 3 units more')
})

it('short units of one person are one row, which stays between them', () => {
  const short = { started_at_ms: Date.now(), left_ms_estimate: 0 }
  const { tell } = mount(<HereNow />, {
    node: { sharing: { kind: 'sharing' }, workingFor: [workingFor('Ada')], unitsHere: [] },
  })
  const rows = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)
  const between = rows()
  expect(between).toHaveLength(1)
  expect(between[0]).toContain('Rendering for Ada')
  expect(screen.queryByText(/Nothing to do/)).toBeNull()
  tell({ unitsHere: [unit(0, short), unit(1, short)] })
  expect(rows()).toEqual(between)
  tell({ workingFor: [], unitsHere: [] })
  screen.getByText('Nothing to do right now. This PC is ready for others.')
})

it('a unit that takes its time has a card of its own in place of the row', () => {
  mount(<HereNow />, { node: { workingFor: [workingFor('Ada')], unitsHere: [unit(6)] } })
  expect(screen.getAllByRole('listitem')).toHaveLength(1)
  screen.getByRole('progressbar')
})
