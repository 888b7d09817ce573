import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Cid, RenderRecipe, SceneReport, SubmittedRender } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { DONE, factsOf, jobId, jobSummary } from '../../job.fixture.ts'
import type { SummaryOf } from '../../job-kind.ts'
import { NewRender } from '../form/new-render.tsx'
import { SceneDropZone } from '../scene/scene-drop.tsx'
import { RenderAgain } from './render-again.tsx'

const SUBMITTED: SubmittedRender = {
  kind: 'render',
  job_id: jobId('new'),
  job_ids: [jobId('new')],
  units: 80,
  scene_bytes: 1,
  warnings: [],
}
const SCENE = { files: [{ name: 'kitchen.glb', cid: 'bafykitchen' as Cid }], main: 'kitchen.glb' }
const RECIPE: RenderRecipe = {
  ...{
    width: 800,
    height: 600,
    spp: 512,
    bounces: 4,
    denoise: 1,
    fps: 24,
    redundancy: 1,
    priority: 0.8,
    encrypt: false,
  },
  scene: SCENE,
}
const REPORT: SceneReport = {
  ...{ triangles: 12, meshes: 1, materials: 1, textures: 1, cameras: [], animation_seconds: 0 },
  ...{ missing: [], warnings: [] },
}

const render = (some: object): SummaryOf<'render'> => ({
  ...jobSummary('render', some),
  facts: factsOf('render'),
})

function mountAgain(job: SummaryOf<'render'>, calls: Answers['render'] = {}) {
  URL.createObjectURL = () => 'blob:preview'
  URL.revokeObjectURL = () => undefined
  return mount(
    <SceneDropZone>
      <RenderAgain job={job} />
      <NewRender />
    </SceneDropZone>,
    {
      path: `/jobs/${job.job_id}`,
      answers: {
        jobs: { submit: () => SUBMITTED },
        render: {
          recipe: () => RECIPE,
          inspectScene: () => REPORT,
          previewScene: () => ({
            ...{ image: new Blob(['x']), width: 1, height: 1, sample_us: 1, unit_ram_gb: 0.2, took_ms: 900 },
            ...{ exposure_stops: 0, lit_by: 'own', view: { from: [0, 0, 2], to: [0, 0, 0], y_fov: 0.8 } },
          }),
          estimate: () => ({ peers: 1, cores: 1, core_ms: 1, likely_ms: 1 }),
          ...calls,
        },
      },
    },
  )
}

const CANCELLED = { state: { kind: 'cancelled' } } as const

it('a cancelled render goes on as a new job, and its page is shown', async () => {
  const { user, asked, path } = mountAgain(render(CANCELLED), { continue: () => SUBMITTED })
  await user.click(screen.getByRole('button', { name: 'Continue' }))
  await screen.findByText('Continues from what was finished.')
  expect(asked('render.continue')).toEqual([{ job_id: 'job-render' }])
  expect(path()).toBe('/jobs/job-new')
})

it.each([
  ['a finished one', render(DONE)],
  ['an encrypted one', render({ ...CANCELLED, encrypted: true })],
])('%s is not continued, but rendered again with the same settings', async (_, job) => {
  const { user, asked, path } = mountAgain(job, { again: () => SUBMITTED })
  expect(screen.queryByRole('button', { name: 'Continue' })).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Render again' }))
  await user.click(await screen.findByRole('menuitem', { name: 'With the same settings' }))
  await waitFor(() => expect(path()).toBe('/jobs/job-new'))
  expect(asked('render.again')).toEqual([{ job_id: 'job-render' }])
})

it('says in words when the scene is no longer here', async () => {
  const again = () => Promise.reject(fault('blob-missing', 'bafy is not in the store'))
  const { user, path } = mountAgain(render(DONE), { again })
  await user.click(screen.getByRole('button', { name: 'Render again' }))
  await user.click(await screen.findByRole('menuitem', { name: 'With the same settings' }))
  expect((await screen.findByRole('alert')).textContent).toContain('The scene is no longer on this PC')
  expect(path()).toBe('/jobs/job-render')
})

it('opens the form with the settings and the scene of the job', async () => {
  const { user, asked, path } = mountAgain(render(DONE))
  await user.click(screen.getByRole('button', { name: 'Render again' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Change settings first' }))
  expect(path()).toBe('/jobs/new/render')
  await screen.findByRole('heading', { name: 'Render kitchen.glb' })
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Width in pixels' }).value).toBe('800')
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Fine' }).checked).toBe(true)
  const submit = screen.getByRole<HTMLButtonElement>('button', { name: 'Render it' })
  await waitFor(() => expect(submit.disabled).toBe(false))
  await user.click(submit)
  await waitFor(() => expect(path()).toBe('/jobs/job-new'))
  expect(asked('jobs.submit')).toMatchObject([{ ...SCENE, width: 800, spp: 512, bounces: 4, priority: 0.8 }])
})

it('keeps the settings and asks for the scene where it is no longer here', async () => {
  const { scene: _gone, ...gone } = RECIPE
  const { user } = mountAgain(render(DONE), { recipe: () => ({ ...gone, scene_name: 'kitchen.glb' }) })
  await user.click(screen.getByRole('button', { name: 'Render again' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Change settings first' }))
  await screen.findByText(/The scene kitchen.glb is no longer on this PC/)
})
