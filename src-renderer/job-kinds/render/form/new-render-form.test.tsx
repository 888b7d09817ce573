import { screen } from '@testing-library/react'
import { useState } from 'react'
import { expect, it, vi } from 'vitest'
import type { Cid, RenderEstimate, SceneFiles, SubmittedJob } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { jobId } from '../../job.fixture.ts'
import { SceneDropZone } from '../scene/scene-drop.tsx'
import { NewRenderForm } from './new-render-form.tsx'
import { FIRST_FORM, type RenderForm } from './render-form.ts'

const SCENE: SceneFiles = { files: [{ name: 'balls.glb', cid: 'bafyscene' as Cid }], main: 'balls.glb' }
const ESTIMATE: RenderEstimate = {
  likely_ms: 600_000,
  low_ms: 300_000,
  high_ms: 900_000,
  peers: 3,
  cores: 12,
  core_ms: 6_000_000,
}
const SUBMITTED: SubmittedJob = {
  kind: 'render',
  job_id: jobId('new'),
  units: 80,
  job_ids: [jobId('new')],
  triangles: 12,
  scene_bytes: 3_000,
  warnings: [],
}

/** The form as the screen holds it. */
function Held({ scene, animationSeconds, onSceneGone }: Partial<Parameters<typeof NewRenderForm>[0]>) {
  const [form, setForm] = useState<RenderForm>(FIRST_FORM)
  return (
    <SceneDropZone>
      <NewRenderForm
        form={form}
        onChange={setForm}
        scene={scene}
        cameras={['Main', '']}
        animationSeconds={animationSeconds ?? 0}
        sampleUs={undefined}
        isMeasuring={false}
        onSceneGone={onSceneGone ?? (() => undefined)}
      />
    </SceneDropZone>
  )
}

function mountForm(props: Parameters<typeof Held>[0] = { scene: SCENE }, answers: Answers = {}) {
  return mount(<Held {...props} />, {
    path: '/jobs/new',
    answers: { render: { estimate: () => ESTIMATE }, jobs: { submit: () => SUBMITTED }, ...answers },
  })
}

const submit = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Render it' })

it('cannot be sent before the scene is handed over', () => {
  mountForm({ scene: undefined })
  expect(submit().disabled).toBe(true)
})

it('sends a request of its kind with the estimate, and goes to the job', async () => {
  const { user, asked, path } = mountForm()
  await screen.findByText(/^Done about/)
  await user.click(submit())
  await screen.findByText(/^On its way/)
  expect(asked('jobs.submit')).toEqual([
    {
      kind: 'render',
      ...SCENE,
      width: 1_920,
      height: 1_080,
      spp: 128,
      tile: 64,
      fps: 24,
      redundancy: 2,
      priority: 0.5,
      estimated_ms: 600_000,
    },
  ])
  expect(path()).toBe('/jobs/job-new')
})

it('asks for an estimate of what is chosen', async () => {
  const { user, asked } = mountForm()
  await user.click(screen.getByRole('button', { name: 'Square' }))
  await user.click(screen.getByRole('radio', { name: 'Draft' }))
  await screen.findByText('Between 5 min and 15 min')
  expect(asked('render.estimate').at(-1)).toEqual({
    width: 1_080,
    height: 1_080,
    spp: 32,
    frames: 1,
    redundancy: 2,
  })
})

it('says what is wrong with a field, and cannot be sent', async () => {
  const { user } = mountForm()
  const width = screen.getByRole('textbox', { name: 'Width in pixels' })
  await user.clear(width)
  await user.type(width, '9000')
  screen.getByText('Between 1 and 8,192')
  expect(submit().disabled).toBe(true)
})

it('has frames only where the scene moves, and counts them', async () => {
  const { user } = mountForm({ scene: SCENE, animationSeconds: 2 })
  await user.type(screen.getByRole('textbox', { name: 'Frames' }), '3, 5-10')
  screen.getByText('7 frames, a picture each')
  await user.click(screen.getByRole('button', { name: 'All frames' }))
  screen.getByText('48 frames, a picture each')
})

it('has no frames for a scene that stands still', () => {
  mountForm()
  expect(screen.queryByRole('textbox', { name: 'Frames' })).toBeNull()
})

it('a scene that was put away is handed over again', async () => {
  const onSceneGone = vi.fn()
  const { user, path } = mountForm(
    { scene: SCENE, onSceneGone },
    { jobs: { submit: () => Promise.reject(fault('blob-missing', 'no bafyscene')) } },
  )
  await user.click(submit())
  expect((await screen.findByRole('alert')).textContent).toContain('handed over once more')
  expect(onSceneGone).toHaveBeenCalledOnce()
  expect(path()).toBe('/jobs/new')
})

it('where too few PCs are there it offers to let fewer check', async () => {
  const { likely_ms: _likely, low_ms: _low, high_ms: _high, ...nobody } = ESTIMATE
  const { user, asked } = mountForm(
    { scene: SCENE },
    { render: { estimate: ({ redundancy }) => (redundancy === 2 ? { ...nobody, peers: 1 } : ESTIMATE) } },
  )
  await user.click(await screen.findByRole('button', { name: 'Let 1 PC do' }))
  await screen.findByText(/^Done about/)
  expect(asked('render.estimate').at(-1)).toMatchObject({ redundancy: 1 })
})
