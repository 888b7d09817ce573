import { screen } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import type { JobSummary, KindName } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { DONE, jobId, jobSummary, paceFor, stalledPace, TILE, told } from '../../../job-kinds/job.fixture.ts'
import { jobCards } from '../../../state/job-cards.ts'
import { JobRow } from './job-row.tsx'

beforeEach(() => {
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = () => null
})

const mounted = (jobs: readonly JobSummary[]) =>
  mount(<JobRow card={jobCards(jobs)[0]!} />, {
    answers: { render: { watchPicture: () => told({ width: 64, height: 48, tiles: [TILE] }) } },
  })

/** Shows jobs as the one row that they are. */
function mountRow(...jobs: readonly JobSummary[]): HTMLElement {
  mounted(jobs)
  return screen.getByRole('link')
}

const frame = (index: number, some: Partial<JobSummary> = {}): JobSummary =>
  jobSummary('render', {
    job_id: jobId(`frame-${index}`),
    description: `Kitchen.glb, frame ${index}`,
    series: { id: jobId('frame-0'), index, count: 2 },
    ...some,
  })

it('a render has the size of its picture, and leads to its page', () => {
  const row = mountRow(jobSummary('render'))
  expect(row.textContent).toContain('640 × 480')
  expect(row.textContent).not.toContain('units')
  expect(row.getAttribute('href')).toBe('/jobs/job-render')
  screen.getByRole('link', { name: /Open Kitchen/ })
})

it('a render in progress has its picture as it comes', async () => {
  const { asked } = mounted([jobSummary('render')])
  await screen.findByRole('img', { name: 'Picture of Kitchen' })
  expect(asked('render.watchPicture')).toEqual([{ job_id: 'job-render', side_max: 192 }])
})

it('an animation has the picture of the frame that is being made', async () => {
  const { asked } = mounted([frame(0, DONE), frame(1)])
  await screen.findByRole('img', { name: 'Picture of Kitchen' })
  expect(asked('render.watchPicture')).toMatchObject([{ job_id: 'job-frame-1' }])
})

it('a module has the number of its units', () => {
  expect(mountRow(jobSummary('module')).textContent).toContain('80 units')
})

it('a job of an unknown kind has its name and its units, and is no picture', () => {
  const facts = { kind: 'simulate' as KindName, width: 5, height: 5 } as unknown as JobSummary['facts']
  const row = mountRow(jobSummary('other', { description: '', facts }))
  expect(row.textContent).toContain('fold.protein')
  expect(row.textContent).toContain('80 units')
  expect(row.textContent).not.toContain('5 × 5')
})

it('a job in flight has its percentage and what is left', () => {
  const row = mountRow(jobSummary('render', { pace: paceFor(120_000) }))
  expect(row.textContent).toContain('50')
  expect(row.textContent).toContain('about 2 min left')
  screen.getByText('Running')
})

it('a job that stands still has no time left', () => {
  const row = mountRow(jobSummary('render', { pace: stalledPace(Date.now() - 20_000) }))
  expect(row.textContent).not.toContain('left')
})

it('a finished job says what it took, and has no percentage', () => {
  const row = mountRow(jobSummary('module', DONE))
  expect(row.textContent).toContain('took 2 min')
  expect(row.textContent).not.toContain('%')
  screen.getByText('Finished')
})

it('a failed job says why', () => {
  const state = { kind: 'failed', fault: { kind: 'internal', message: 'The disk broke.' } } as const
  expect(mountRow(jobSummary('render', { state })).textContent).toContain('Failed: The disk broke.')
})

it('a job that will be late says by how much', () => {
  const deadline_ms = Date.now()
  const late = { deadline_ms, deadline_at_risk: { expected_end_ms: deadline_ms + 600_000 } }
  expect(mountRow(jobSummary('module', late)).textContent).toContain('about 10 min late')
})

it('a series is one row that counts its frames and leads to the one that goes on', () => {
  const row = mountRow(frame(0, DONE), frame(1))
  expect(row.textContent).toContain('1 of 2 frames')
  expect(row.getAttribute('href')).toBe('/jobs/job-frame-1')
  screen.getByRole('link', { name: /Open Kitchen/ })
})

it('a job whose results are being combined says so', () => {
  mountRow(jobSummary('module', { ...DONE, reduced_by: { job_id: jobId('r'), state: { kind: 'running' } } }))
  screen.getByText('Combining the results')
})
