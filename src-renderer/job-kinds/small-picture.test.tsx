import { screen } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import type { JobSummary } from '#contract'
import { mount } from '../component.fixture.tsx'
import { JobKindProviders } from './around-jobs.tsx'
import { DONE, jobId, jobSummary, TILE, told } from './job.fixture.ts'
import { SmallPicture } from './small-picture.tsx'

beforeEach(() => {
  URL.createObjectURL = () => 'blob:small'
  URL.revokeObjectURL = () => undefined
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = () => null
})

const small = (...jobs: readonly JobSummary[]) => (
  <JobKindProviders>
    <SmallPicture jobs={jobs} name="Kitchen" otherwise={<p>a grey box</p>} />
  </JobKindProviders>
)
const shown = () => screen.findByRole('img', { name: 'Picture of Kitchen' })
const IMAGE = { image: new Blob(['x']), width: 1, height: 1 }

it('the last tiles of a job stay until its finished picture is there', async () => {
  const finished = Promise.withResolvers<typeof IMAGE>()
  const { redraw, asked } = mount(small(jobSummary('render')), {
    answers: {
      render: {
        watchPicture: () => told({ width: 64, height: 48, tiles: [TILE] }),
        thumbnail: () => finished.promise,
      },
    },
  })
  expect((await shown()).tagName).toBe('CANVAS')
  redraw(small(jobSummary('render', DONE)))
  expect((await shown()).tagName).toBe('CANVAS')
  expect(screen.queryByText('a grey box')).toBeNull()
  expect(asked('render.thumbnail')).toHaveLength(1)
  finished.resolve(IMAGE)
  await expect.poll(async () => (await shown()).tagName).toBe('IMG')
})

it('the frame before stands there until the one that is made can be seen', async () => {
  const frame = (index: number, some: Partial<JobSummary> = {}) =>
    jobSummary('render', {
      job_id: jobId(`f${index}`),
      series: { id: jobId('f0'), index, count: 2 },
      ...some,
    })
  const { asked } = mount(small(frame(0, DONE), frame(1)), {
    answers: {
      render: { watchPicture: () => told({ width: 64, height: 48, tiles: [] }), thumbnail: () => IMAGE },
    },
  })
  expect((await shown()).tagName).toBe('IMG')
  expect(asked('render.thumbnail')).toEqual([{ job_id: 'job-f0' }])
  expect(asked('render.watchPicture')).toMatchObject([{ job_id: 'job-f1' }])
  expect(screen.queryByText('a grey box')).toBeNull()
})
