import { screen } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import type { JobStatus } from '#contract'
import { mount } from '../../component.fixture.tsx'
import { DONE, factsOf, jobStatus, TILE, told } from '../job.fixture.ts'
import { RenderView } from './render-view.tsx'

beforeEach(() => {
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = () => null
})

const view = (some: Partial<JobStatus> = {}) => (
  <RenderView job={{ ...jobStatus('render', some), facts: factsOf('render') }} siblings={[]} />
)

it('the tiles of a picture stay in sight until the finished one is there', async () => {
  const { redraw, asked } = mount(view(), {
    answers: {
      render: { watchPicture: () => told({ width: 64, height: 48, tiles: [TILE] }) },
      jobs: { result: () => new Promise<never>(() => undefined) },
    },
  })
  await screen.findByRole('img', { name: /^Kitchen in progress/ })
  redraw(view(DONE))
  await expect.poll(() => asked('jobs.result')).toHaveLength(1)
  screen.getByRole('img', { name: /^Kitchen in progress/ })
})
