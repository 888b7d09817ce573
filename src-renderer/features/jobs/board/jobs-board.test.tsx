import { screen, within } from '@testing-library/react'
import { beforeEach, expect, it, vi } from 'vitest'
import type { JobSummary } from '#contract'
import { mount, type Answers } from '../../../component.fixture.tsx'
import { DONE, jobId, jobsMap, jobSummary, told } from '../../../job-kinds/job.fixture.ts'
import { JobsScreen } from '../jobs-screen.tsx'

beforeEach(() => {
  URL.createObjectURL = () => 'blob:small'
  URL.revokeObjectURL = () => undefined
})

const answers: Answers = {
  render: {
    thumbnail: () => ({ image: new Blob(['x']), width: 1, height: 1 }),
    watchPicture: () => told({ width: 64, height: 48, tiles: [] }),
  },
}

/** The board in a place that scrolls, as the frame has it. */
function mountBoard(...jobs: readonly JobSummary[]) {
  return mount(
    <div style={{ overflowY: 'auto' }}>
      <JobsScreen />
    </div>,
    { path: '/jobs', node: { jobs: jobsMap(...jobs) }, answers },
  )
}

it('without a job it asks for the first scene, in place of the button', async () => {
  mountBoard()
  await screen.findByRole('heading', { name: 'Drop a scene here and get a picture' })
  await screen.findByText('No jobs yet')
  screen.getByRole('button', { name: 'Choose a scene' })
  expect(screen.queryByRole('link', { name: 'New render' })).toBeNull()
})

it('with jobs it has the button of the only form', async () => {
  const { user, path } = mountBoard(jobSummary('module'))
  await user.click(await screen.findByRole('link', { name: 'New render' }))
  expect(path()).toBe('/jobs/new')
  await screen.findByRole('heading', { name: 'What do you want to render?' })
})

it('what goes on, finished pictures and all other jobs have a place each', async () => {
  mountBoard(
    jobSummary('render', { job_id: jobId('picture'), description: 'Balls.glb', ...DONE }),
    jobSummary('render'),
    jobSummary('module', DONE),
    jobSummary('other', DONE),
  )
  const names = async (list: string) =>
    within(await screen.findByRole('list', { name: list }))
      .getAllByRole('link')
      .map((link) => link.getAttribute('href'))
  expect(await names('In progress')).toEqual(['/jobs/job-render'])
  expect(await names('Finished pictures')).toEqual(['/jobs/job-picture'])
  expect((await names('Other jobs')).sort()).toEqual(['/jobs/job-module', '/jobs/job-other'])
  await screen.findByRole('img', { name: 'Picture of Balls' })
})

it('a finished job of an unknown kind is never among the pictures, nor asked for one', async () => {
  const { asked } = mountBoard(jobSummary('other', DONE))
  await screen.findByText('Finished pictures appear here.')
  expect(asked('render.thumbnail')).toEqual([])
})

it('a finished picture tells its size and its quality', async () => {
  mountBoard(jobSummary('render', DONE))
  await screen.findByText(/^640 × 480 · 64 samples/)
})

it('a finished picture tells how long it took, and how long ago that was', async () => {
  const submitted_at_ms = Date.now() - 2 * 3_600_000
  mountBoard(jobSummary('render', { ...DONE, submitted_at_ms, wall_ms: 60_000 }))
  await screen.findByText(/^took 1 min, .*2 h.* ago$/)
})

it('a finished picture tells whose PCs made it', async () => {
  const makers = [
    { name: 'Bob', is_self: false },
    { name: 'Ada’s PC', is_self: true },
  ]
  mountBoard(jobSummary('render', { ...DONE, made_by: { makers, others: 2 } }))
  await screen.findByText('by Bob, this PC and 2 more')
})

it('an animation tells everybody who made one of its frames, once', async () => {
  const frame = (index: number, ...names: string[]) =>
    jobSummary('render', {
      ...DONE,
      job_id: jobId(`frame-${index}`),
      series: { id: jobId('frame-0'), index, count: 2 },
      made_by: { makers: names.map((name) => ({ name, is_self: false })), others: 0 },
    })
  mountBoard(frame(0, 'Bob', 'Cy'), frame(1, 'Cy', 'Dora'))
  await screen.findByText('by Bob, Cy and Dora')
})

it('a picture that is not there is said in words', async () => {
  mount(
    <div style={{ overflowY: 'auto' }}>
      <JobsScreen />
    </div>,
    {
      path: '/jobs',
      node: { jobs: jobsMap(jobSummary('render', DONE)) },
      answers: { render: { thumbnail: () => Promise.reject(new Error('gone')) } },
    },
  )
  await screen.findByText('No picture')
})

it('jobs that are older than what is listed come by pages, when they are asked for', async () => {
  const job = (at: number) =>
    jobSummary('module', {
      ...DONE,
      job_id: jobId(`old-${at}`),
      submitted_at_ms: at,
      description: `old ${at}`,
    })
  const listed = Array.from({ length: 1_000 }, (_, at) => job(2_000 + at))
  const asks: unknown[] = []
  const list = (input: unknown) => {
    asks.push(input)
    return [job(7), job(6)]
  }
  const { user } = mount(
    <div style={{ overflowY: 'auto' }}>
      <JobsScreen />
    </div>,
    { path: '/jobs', node: { jobs: jobsMap(...listed) }, answers: { jobs: { list } } },
  )
  await user.click(await screen.findByRole('button', { name: 'Show older jobs' }))
  await vi.waitFor(() => expect(screen.queryByRole('button', { name: 'Show older jobs' })).toBeNull())
  expect(asks).toEqual([{ limit: 1_000, before: { job_id: 'job-old-2000', submitted_at_ms: 2_000 } }])
})
