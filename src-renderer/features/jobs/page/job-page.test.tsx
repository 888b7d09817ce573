import { screen, within } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import type { Cid, JobStatus, JobSummary } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import {
  DONE,
  factsOf,
  jobId,
  jobsMap,
  jobStatus,
  jobSummary,
  peerShare,
  told,
  paceFor,
} from '../../../job-kinds/job.fixture.ts'
import { JobsScreen } from '../jobs-screen.tsx'

beforeEach(() => {
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = () => null
  URL.createObjectURL = () => 'blob:picture'
  URL.revokeObjectURL = () => undefined
})

const PNG = 'bafypng' as Cid
const answersOf = (job: JobStatus): Answers => ({
  jobs: {
    watch: () => told(job),
    result: () => ({ cid: PNG, bytes: 3, sha256: 'a'.repeat(64) }),
  },
  render: {
    watchPicture: () => told({ width: 64, height: 48, tiles: [] }),
    thumbnail: () => ({ image: new Blob(['x']), width: 1, height: 1 }),
  },
  blobs: { read: () => ({ chunk: new Blob(['png']), bytes: 3 }) },
})

/** Opens the page of a job; the mirror has it and `others`. */
function openPage(job: JobStatus, ...others: readonly JobSummary[]) {
  return mount(<JobsScreen />, {
    path: `/jobs/${job.job_id}`,
    node: { jobs: jobsMap(job, ...others) },
    answers: answersOf(job),
  })
}

const heading = (name: string | RegExp) => screen.findByRole('heading', { level: 1, name })

it('a running render shows its picture as it comes', async () => {
  const { asked } = openPage(jobStatus('render'))
  await heading('Kitchen is 50 % done')
  await screen.findByRole('img', { name: 'Kitchen in progress, 50 % done' })
  screen.getByText('Putting the picture together')
  expect(asked('render.watchPicture')).toMatchObject([{ job_id: 'job-render' }])
  expect(screen.queryByRole('button', { name: 'Save the result' })).toBeNull()
})

it('a finished render shows its picture, which is saved from a menu', async () => {
  const { asked } = openPage(jobStatus('render', DONE))
  await heading('Kitchen is finished, it took 2 min')
  await screen.findByRole('img', { name: 'Kitchen, finished' })
  screen.getByRole('button', { name: 'Save' })
  expect(asked('jobs.result')).toEqual([{ job_id: 'job-render', format: 'png' }])
  expect(screen.queryByRole('button', { name: 'Save the result' })).toBeNull()
})

it('a finished module has a button for its result, and no picture is asked for', async () => {
  const { asked } = openPage(jobStatus('module', DONE))
  await screen.findByRole('button', { name: 'Save the result' })
  expect(screen.queryByRole('img')).toBeNull()
  expect(asked('jobs.result')).toEqual([])
})

it('a module at work has no result to save', async () => {
  openPage(jobStatus('module'))
  await heading('Primes is 50 % done')
  expect(screen.queryByRole('button', { name: 'Save the result' })).toBeNull()
})

it('a module whose results are being combined has no result to save yet', async () => {
  openPage(jobStatus('module', { ...DONE, reduced_by: { job_id: jobId('r'), state: { kind: 'waiting' } } }))
  await heading('Primes is almost done, its results are being combined')
  expect(screen.queryByRole('button', { name: 'Save the result' })).toBeNull()
})

it('a job of an unknown kind says so, and is shown as far as all jobs are alike', async () => {
  const { asked } = openPage(jobStatus('other', { ...DONE, by_peer: [peerShare('Ada')] }))
  const note = await screen.findByRole('note')
  expect(note.textContent).toContain('does not know jobs of the kind “fold.protein”')
  screen.getByRole('rowheader', { name: /Ada/ })
  screen.getByRole('button', { name: 'Show the units' })
  expect(asked('render.watchPicture')).toEqual([])
})

it('the result of an unknown kind is refused in the words of the node', async () => {
  const job = jobStatus('other', DONE)
  const refuse = () => Promise.reject(fault('unsupported', 'This kind needs a newer version.'))
  const { user } = mount(<JobsScreen />, {
    path: `/jobs/${job.job_id}`,
    node: { jobs: jobsMap(job) },
    answers: { jobs: { watch: () => told(job), result: refuse } },
  })
  await user.click(await screen.findByRole('button', { name: 'Save the result' }))
  expect((await screen.findByRole('alert')).textContent).toContain('newer version')
})

it('the frames of an animation are a strip with the shown one marked', async () => {
  const frame = (index: number): JobSummary =>
    jobSummary('render', {
      job_id: jobId(`f${index}`),
      description: `Kitchen.glb, frame ${index + 7}`,
      facts: { ...factsOf('render'), frame: index + 7, fps: 24 },
      series: { id: jobId('f0'), index, count: 2 },
      ...(index === 0 ? DONE : {}),
    })
  openPage({ ...frame(1), by_peer: [] }, frame(0))
  await heading('Kitchen is 75 % done')
  const strip = await screen.findByRole('navigation', { name: 'Frames' })
  within(strip).getByText('1 of 2 frames is finished')
  expect(within(strip).getByRole('link', { name: 'Frame 8' }).getAttribute('aria-current')).toBe('page')
  expect(within(strip).getByRole('link', { name: 'Frame 7' }).getAttribute('aria-current')).toBeNull()
})

it('a paused job says since when, and a failed one why', async () => {
  const { redraw } = openPage(jobStatus('module', { state: { kind: 'paused', since_ms: Date.now() } }))
  await heading('Primes is paused at 50 %')
  screen.getByText(/^Paused by you since/)
  redraw(null)
  openPage(
    jobStatus('module', { state: { kind: 'failed', fault: { kind: 'internal', message: 'It broke.' } } }),
  )
  await heading('Primes failed')
  expect(screen.getByRole('alert').textContent).toContain('It broke.')
})

it('a job that is gone says so, and leads back', async () => {
  mount(<JobsScreen />, {
    path: '/jobs/job-x',
    answers: { jobs: { watch: () => Promise.reject(fault('unknown-job', 'There is no such job.')) } },
  })
  await heading('This job is gone')
  expect(screen.getByRole('link', { name: 'Back to the jobs' }).getAttribute('href')).toBe('/jobs')
})

it.each([
  ['cancelled', { kind: 'cancelled' }, 'Kitchen was cancelled at 50 %'],
  ['kept', { kind: 'cancelled', kept: true }, 'Kitchen was stopped at 50 % and kept'],
] as const)(
  'a %s render shows what it has, to be saved or continued, and nobody computes it',
  async (...of) => {
    const [, state, title] = of
    const by_peer = [peerShare('Bob', { running_units: 11 })]
    openPage(jobStatus('render', { state, by_peer }))
    await heading(title)
    await screen.findByRole('img', { name: 'Kitchen, finished' })
    screen.getByText(/^This picture stopped at 50 %/)
    expect(screen.queryByRole('button', { name: 'Light and tone' })).toBeNull()
    screen.getByRole('button', { name: 'Save' })
    await screen.findByRole('button', { name: 'Continue' })
    screen.getByRole('heading', { name: 'Who worked on it' })
    expect(screen.queryByText(/computes/)).toBeNull()
  },
)

it('a render that was cancelled before its first tile says so, and waits for none', async () => {
  const { asked } = openPage(jobStatus('render', { state: { kind: 'cancelled' }, verified: 0, stored: 0 }))
  await screen.findByText('No tile of this picture was finished.')
  expect(asked('render.watchPicture')).toEqual([])
})

it('[W43] a job that waits for another PC tells no time left', async () => {
  const shortage = { needed: 2, here: 1, left: [] }
  const waiting = { kind: 'more-verifiers' as const, message: 'two', shortage }
  openPage(jobStatus('render', { pace: paceFor(60_000), waiting }))
  await heading('Kitchen is waiting at 50 % for 1 more PC')
  await screen.findByText('Each tile needs 2 PCs; only 1 is available.')
  expect(screen.queryByText('Time left')).toBeNull()
})
