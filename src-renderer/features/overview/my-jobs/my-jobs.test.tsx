import { screen } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import type { JobSummary } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { DONE, jobId, jobsMap, jobSummary, paceFor, TILE, told } from '../../../job-kinds/job.fixture.ts'
import { MyJobs } from './my-jobs.tsx'

beforeEach(() => {
  URL.createObjectURL = () => 'blob:small'
  URL.revokeObjectURL = () => undefined
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = () => null
})

const mountJobs = (...jobs: readonly JobSummary[]) =>
  mount(<MyJobs />, {
    node: { jobs: jobsMap(...jobs) },
    answers: {
      render: {
        thumbnail: () => ({ image: new Blob(['x']), width: 1, height: 1 }),
        watchPicture: () => told({ width: 64, height: 48, tiles: [TILE] }),
      },
    },
  })

it('without a job it offers the only form there is, in its words', async () => {
  const { user, path } = mountJobs()
  screen.getByText('None of your jobs is running.')
  await user.click(screen.getByRole('button', { name: 'Render a scene' }))
  expect(path()).toBe('/jobs/new')
})

it('a finished render has its small picture', async () => {
  const { asked } = mountJobs(jobSummary('render', DONE))
  const picture = await screen.findByRole('img', { name: 'Picture of Kitchen' })
  expect(picture.getAttribute('src')).toBe('blob:small')
  expect(asked('render.thumbnail')).toEqual([{ job_id: 'job-render' }])
})

it('a render in progress has its picture as it comes', async () => {
  const { asked } = mountJobs(jobSummary('render'))
  const picture = await screen.findByRole('img', { name: 'Picture of Kitchen' })
  expect(picture.tagName).toBe('CANVAS')
  expect(asked('render.watchPicture')).toEqual([{ job_id: 'job-render', side_max: 192 }])
  screen.getByRole('progressbar', { name: 'Progress of Kitchen' })
})

it('an animation is one card with its name and its frames, and leads to the frame that is made', async () => {
  const frame = (index: number, some: Partial<JobSummary> = {}) =>
    jobSummary('render', {
      job_id: jobId(`f${index}`),
      description: `Kitchen.glb, frame ${index}`,
      series: { id: jobId('f0'), index, count: 3 },
      ...some,
    })
  const { asked } = mountJobs(frame(0, DONE), frame(1), frame(2, { verified: 0, stored: 0 }))
  const link = screen.getByRole('link', { name: /Kitchen/ })
  expect(link.textContent).toMatch(/Kitchen.*1 of 3 frames/)
  expect(link.textContent).not.toMatch(/glb|, frame/)
  expect(link.getAttribute('href')).toBe('/jobs/job-f1')
  await screen.findByRole('img', { name: 'Picture of Kitchen' })
  expect(asked('render.watchPicture')).toMatchObject([{ job_id: 'job-f1' }])
})

it('jobs of other kinds have their percentage, and no picture is asked for', () => {
  const { asked } = mountJobs(jobSummary('module'), jobSummary('other', DONE))
  expect(screen.getByRole('link', { name: /Primes/ }).textContent).toContain('50 %')
  expect(screen.getByRole('link', { name: /Folding/ }).textContent).toContain('100 %')
  expect(asked('render.thumbnail')).toEqual([])
})

it('a job leads to its page, and says how far it is', () => {
  mountJobs(jobSummary('module', { pace: paceFor(60_000) }))
  const link = screen.getByRole('link', { name: /Primes/ })
  expect(link.getAttribute('href')).toBe('/jobs/job-module')
  expect(link.textContent).toContain('40 of 80 units · 1 min left')
})
