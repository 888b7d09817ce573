import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Fault, JobStatus, UnitConsensus, UnitNews, UnitView } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { jobStatus, peerId, peerShare, told } from '../../../job-kinds/job.fixture.ts'
import { UnitsSection } from './units-section.tsx'

const unit = (index: number, some: Partial<UnitView> = {}): UnitView => ({
  index,
  state: 'open',
  by: [],
  attempts: 0,
  ...some,
})

const MISSING: Fault = { kind: 'blob-missing', message: 'bafy is not here' }

const news: UnitNews = {
  total: 3,
  peers: [peerId('Ada'), peerId('Gone')],
  units: [
    unit(0, { state: 'verified', by: [0], attempts: 1, took_ms: 1_500 }),
    unit(1, { state: 'running', by: [1], attempts: 3, fault: MISSING }),
  ],
}

const consensus = {
  unit_index: 1,
  results: [],
  agreement_count: 0,
  total_verifiers: 2,
  faults: [{ peer_id: peerId('Ada'), fault: MISSING }],
} as unknown as UnitConsensus

/** Opens the units of a job; `jobs` are more answers. */
async function openUnits(job: JobStatus, jobs: Answers['jobs'] = {}) {
  const mounted = mount(<UnitsSection job={job} />, {
    answers: { jobs: { watchUnits: () => told(news), consensus: () => consensus, ...jobs } },
  })
  await mounted.user.click(screen.getByRole('button', { name: 'Show the units' }))
  return mounted
}

const render = () => jobStatus('render', { by_peer: [peerShare('Ada')] })
/** The row of a unit, by the button that opens it. */
async function row(number: number): Promise<HTMLElement> {
  const button = await screen.findByRole('button', { name: `Results of unit ${number}` })
  return button.closest<HTMLElement>('[role=row]')!
}

it('units are asked for when they are opened, and not before', async () => {
  const { user, asked } = mount(<UnitsSection job={render()} />, {
    answers: { jobs: { watchUnits: () => told(news) } },
  })
  expect(asked('jobs.watchUnits')).toEqual([])
  const toggle = screen.getByRole('button', { name: 'Show the units', expanded: false })
  await user.click(toggle)
  await screen.findByRole('table', { name: 'Units' })
  expect(asked('jobs.watchUnits')).toEqual([{ job_id: 'job-render' }])
  await user.click(screen.getByRole('button', { name: 'Hide the units' }))
  expect(screen.queryByRole('table')).toBeNull()
})

it('a unit has its state, its people and its time; one that nothing was told of is open', async () => {
  await openUnits(render())
  const first = (await row(1)).textContent
  expect(first).toContain('done')
  expect(first).toContain('Ada')
  expect(first).toContain('once')
  expect(first).toContain('1.5 s')
  expect((await row(3)).textContent).toContain('open')
})

it('a person who is gone is named by the end of their key', async () => {
  await openUnits(render())
  expect((await row(2)).textContent).toContain('…oWGone')
})

it.each([
  ['render', 'That PC did not get the scene.'],
  ['module', 'That PC did not get the input.'],
  ['other', 'That PC did not get the input.'],
] as const)('why a unit of a %s was given out again is said in its words', async (kind, words) => {
  await openUnits(jobStatus(kind))
  expect((await row(2)).textContent).toContain(`${words} It went to somebody else.`)
})

it('a filter shows only units of a state', async () => {
  const { user } = await openUnits(render())
  await row(1)
  await user.click(screen.getByRole('radio', { name: 'Failed or retried' }))
  await row(2)
  expect(screen.queryByRole('button', { name: /for unit 1$/ })).toBeNull()
})

it('an opened unit says at which peer it failed and why', async () => {
  const { user, asked } = await openUnits(render())
  await user.click(within(await row(2)).getByRole('button'))
  const failed = await screen.findByRole('list', { name: 'Couldn’t compute it' })
  expect(failed.textContent).toContain('Ada')
  expect(failed.textContent).toContain('That PC did not get the scene. bafy is not here')
  screen.getByText('There is no result yet.')
  expect(asked('jobs.consensus')).toEqual([{ job_id: 'job-render', unit_index: 1 }])
})

it('a unit that was never awarded cannot be opened', async () => {
  await openUnits(render())
  expect(within(await row(3)).getByRole<HTMLButtonElement>('button').disabled).toBe(true)
})

it('units that cannot be told are tried again on demand', async () => {
  let tries = 0
  const { user } = await openUnits(render(), {
    watchUnits: () => {
      tries += 1
      if (tries === 1) throw fault('internal', 'It broke.')
      return told(news)
    },
  })
  await screen.findByText(/It broke/)
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  await row(1)
})
