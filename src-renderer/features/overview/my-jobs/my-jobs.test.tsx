import { screen } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import type { JobSummary } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { DONE, jobsMap, jobSummary, paceFor } from '../../../job-kinds/job.fixture.ts'
import { MyJobs } from './my-jobs.tsx'

beforeEach(() => {
  URL.createObjectURL = () => 'blob:small'
  URL.revokeObjectURL = () => undefined
})

const mountJobs = (...jobs: readonly JobSummary[]) =>
  mount(<MyJobs />, {
    node: { jobs: jobsMap(...jobs) },
    answers: { render: { thumbnail: () => ({ image: new Blob(['x']), width: 1, height: 1 }) } },
  })

it('without a job it offers the only form there is, in its words', async () => {
  const { user, path } = mountJobs()
  screen.getByText('None of your jobs is running.')
  await user.click(screen.getByRole('button', { name: 'Render a scene' }))
  expect(path()).toBe('/jobs/new')
})

it('a finished render has its small picture', async () => {
  const { asked } = mountJobs(jobSummary('render', DONE))
  const picture = await screen.findByRole('img', { name: 'The picture of Kitchen' })
  expect(picture.getAttribute('src')).toBe('blob:small')
  expect(asked('render.thumbnail')).toEqual([{ job_id: 'job-render' }])
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
