import { screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Cid, JobSummary } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { DONE, factsOf, jobId, jobSummary } from '../../job.fixture.ts'
import { SaveMenu } from './save-menu.tsx'

let saved: string[]
beforeEach(() => {
  saved = []
  URL.createObjectURL = () => 'blob:picture'
  URL.revokeObjectURL = () => undefined
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download)
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const frame = (index: number, some: Partial<JobSummary> = {}): JobSummary =>
  jobSummary('render', {
    job_id: jobId(`f${index}`),
    description: `Kitchen.glb, frame ${index}`,
    facts: { ...factsOf('render'), frame: index, fps: 24 },
    ...DONE,
    ...some,
  })

async function openMenu(
  job: JobSummary,
  siblings: readonly JobSummary[] = [],
  adjusted?: () => Promise<Blob>,
) {
  const mounted = mount(
    <SaveMenu
      job={job}
      siblings={siblings}
      delivered={new Blob(['png'])}
      rendered={new Blob(['raw'])}
      adjusted={adjusted}
    />,
    {
      answers: {
        jobs: { result: () => ({ cid: 'bafyexr' as Cid, bytes: 3, sha256: 'a'.repeat(64) }) },
        blobs: { read: () => ({ chunk: new Blob(['exr']), bytes: 3 }) },
      },
    },
  )
  await mounted.user.click(screen.getByRole('button', { name: 'Save' }))
  await screen.findByRole('menuitem', { name: 'PNG, as delivered' })
  return mounted
}

it('a still is saved as it was delivered, without asking for it again', async () => {
  const { user, asked } = await openMenu(jobSummary('render', DONE))
  expect(screen.queryByRole('menuitem', { name: /All frames/ })).toBeNull()
  expect(screen.queryByRole('menuitem', { name: 'PNG, as adjusted' })).toBeNull()
  await user.click(screen.getByRole('menuitem', { name: 'PNG, as delivered' }))
  await screen.findByText('Saved Kitchen.png')
  expect(saved).toEqual(['Kitchen.png'])
  expect(asked('jobs.result')).toEqual([])
})

it('all of its light is asked for as EXR', async () => {
  const { user, asked } = await openMenu(jobSummary('render', DONE))
  await user.click(screen.getByRole('menuitem', { name: /^EXR, with all/ }))
  await screen.findByText('Saved Kitchen.exr')
  expect(asked('jobs.result')).toEqual([{ job_id: 'job-render', format: 'exr' }])
})

it('the picture as rendered is saved as PNG and as EXR', async () => {
  const { user, asked } = await openMenu(jobSummary('render', DONE))
  await user.click(screen.getByRole('menuitem', { name: 'PNG, as rendered' }))
  await screen.findByText('Saved Kitchen as rendered.png')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await user.click(await screen.findByRole('menuitem', { name: 'EXR, as rendered' }))
  await screen.findByText('Saved Kitchen as rendered.exr')
  expect(asked('jobs.result')).toEqual([{ job_id: 'job-render', format: 'rawexr' }])
})

it('an adjusted picture is saved beside the delivered one', async () => {
  const { user } = await openMenu(jobSummary('render', DONE), [], () => Promise.resolve(new Blob(['x'])))
  await user.click(screen.getByRole('menuitem', { name: 'PNG, as adjusted' }))
  await screen.findByText('Saved Kitchen adjusted.png')
})

it('a frame has its number in the name of its file', async () => {
  const { user } = await openMenu(frame(12))
  await user.click(screen.getByRole('menuitem', { name: 'PNG, as delivered' }))
  await screen.findByText('Saved Kitchen 0012.png')
})

it('all frames are offered once more than one is done', async () => {
  await openMenu(frame(1), [frame(1), frame(2), frame(3, { state: { kind: 'running' } })])
  screen.getByRole('menuitem', { name: /All frames/ })
})
