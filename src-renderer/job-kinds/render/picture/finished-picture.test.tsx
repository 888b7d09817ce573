import { cleanup, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Cid, Cleaning, JobStatus, RenderFacts } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { DONE, factsOf, jobId, jobStatus } from '../../job.fixture.ts'
import type { PictureInput, PictureOutput } from '../adjustment/picture-worker-message.ts'
import { FinishedPicture } from './finished-picture.tsx'

const asked: PictureInput[] = []

/** Answers as the worker does, of a picture that it does not look at. */
class WorkerStandIn {
  onmessage: ((event: { readonly data: PictureOutput }) => void) | null = null
  postMessage(input: PictureInput): void {
    asked.push(input)
    queueMicrotask(() => this.onmessage?.({ data: answerTo(input) }))
  }
  terminate(): void {
    this.onmessage = null
  }
}

function answerTo(input: PictureInput): PictureOutput {
  if (input.kind === 'develop') return { kind: 'developed', pixels: new Uint8ClampedArray(4) }
  const size = { kind: 'read', width: 1, height: 1 } as const
  return input.isKept ? size : { ...size, radiance: new Float32Array(3) }
}

beforeEach(() => {
  URL.createObjectURL = () => 'blob:picture'
  URL.revokeObjectURL = () => undefined
  vi.stubGlobal('Worker', WorkerStandIn)
  // jsdom draws nothing.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null)
  asked.length = 0
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const finished = (some: Partial<JobStatus> = {}, facts: Partial<RenderFacts> = {}): JobStatus =>
  jobStatus('render', { ...DONE, facts: { ...factsOf('render'), ...facts }, ...some })

function mountPicture(job: JobStatus = finished(), exposure_stops = 0.8324) {
  if (job.facts.kind !== 'render') throw new Error('a render, please')
  return mount(<FinishedPicture job={job} picture={job.facts} siblings={[job]} />, {
    answers: {
      jobs: { result: () => ({ cid: 'bafypicture' as Cid, bytes: 3, sha256: 'a'.repeat(64) }) },
      blobs: { read: () => ({ chunk: new Blob(['abc']), bytes: 3 }) },
      render: { exposure: () => ({ exposure_stops }) },
    },
  })
}

const slider = () => screen.findByRole('slider', { name: 'Exposure' })
const told = async () => (await slider()).getAttribute('aria-valuetext')

it('the exposure is told in all, with what was metered and what the user adds', async () => {
  const { user } = mountPicture()
  await user.click(await screen.findByRole('button', { name: 'Light and tone' }))
  await screen.findByText('+0.8 automatic, 0 by you')
  expect(await told()).toBe('+0.8 EV, +0.8 automatic, 0 by you')
  ;(await slider()).focus()
  await user.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}')
  screen.getByText('+1.1 EV')
  expect(await told()).toBe('+1.1 EV, +0.8 automatic, +0.3 by you')
})

it('the light is read at the exposure that the picture was delivered with', async () => {
  const { user } = mountPicture(finished(), -2.5)
  await user.click(await screen.findByRole('button', { name: 'Light and tone' }))
  await screen.findByText('-2.5 automatic, 0 by you')
  expect(asked.map((input) => (input.kind === 'read' ? input.deliveredStops : undefined))).toContain(-2.5)
})

it('exposure and tone that a user chose for a picture are there again after a reload, and of that picture alone', async () => {
  const { user } = mountPicture()
  await user.click(await screen.findByRole('button', { name: 'Light and tone' }))
  ;(await slider()).focus()
  await user.keyboard('{ArrowLeft}{ArrowLeft}')
  await user.click(screen.getByRole('radio', { name: 'Filmic' }))
  cleanup()

  mountPicture()
  await screen.findByText('+0.8 automatic, -0.2 by you')
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Filmic' }).checked).toBe(true)
  await expect
    .poll(() => asked.at(-1))
    .toEqual({
      kind: 'develop',
      adjustment: { stops: -0.2, toneMapping: 'aces' },
    })
  cleanup()

  mountPicture(finished({ job_id: jobId('other') }))
  const button = await screen.findByRole('button', { name: 'Light and tone' })
  expect(button.getAttribute('aria-pressed')).toBe('false')
})

it('what was set back to as delivered is not kept', async () => {
  const { user } = mountPicture()
  await user.click(await screen.findByRole('button', { name: 'Light and tone' }))
  ;(await slider()).focus()
  await user.keyboard('{ArrowLeft}')
  await user.click(screen.getByRole('button', { name: 'As delivered' }))
  cleanup()
  mountPicture()
  const button = await screen.findByRole('button', { name: 'Light and tone' })
  expect(button.getAttribute('aria-pressed')).toBe('false')
})

it.each([
  ['studio', 'This scene has no lights.', 'It got soft studio light.'],
  ['nothing', 'Hardly any light reaches what the camera sees.', 'That is why the picture is black.'],
] as const)('a picture lit by %s says so, and what to do', async (lit_by, title, what) => {
  mountPicture(finished({}, { lit_by }))
  const notice = (await screen.findByText(title)).closest('[role=status]')
  expect(notice?.textContent).toContain(what)
  expect(notice?.textContent).toMatch(/render it again and choose one under Light/i)
})

it.each(['own', 'environment', undefined] as const)('a picture lit by %s says nothing', async (lit_by) => {
  mountPicture(finished({}, lit_by === undefined ? {} : { lit_by }))
  await screen.findByRole('button', { name: 'Light and tone' })
  expect(screen.queryByText(/light/, { selector: 'p' })).toBeNull()
})

it('what was drawn while it was rendered stays until the picture is there', async () => {
  const job = finished()
  if (job.facts.kind !== 'render') throw new Error('a render, please')
  const delivery = Promise.withResolvers<{ cid: Cid; bytes: number; sha256: string }>()
  mount(<FinishedPicture job={job} picture={job.facts} siblings={[job]} meanwhile={<p>the tiles</p>} />, {
    answers: {
      jobs: { result: () => delivery.promise },
      blobs: { read: () => ({ chunk: new Blob(['abc']), bytes: 3 }) },
    },
  })
  await screen.findByText('the tiles')
  expect((await screen.findByRole('status')).textContent).toBe('Putting the picture together')
  delivery.resolve({ cid: 'bafypicture' as Cid, bytes: 3, sha256: 'a'.repeat(64) })
  await screen.findByRole('button', { name: 'Light and tone' })
  expect(screen.queryByText('the tiles')).toBeNull()
})

/** A picture that is cleaned of noise, and what the node tells of that. */
function mountCleaned(...news: readonly Cleaning[]) {
  const job = finished({}, { denoise: 1 })
  if (job.facts.kind !== 'render') throw new Error('a render, please')
  return mount(<FinishedPicture job={job} picture={job.facts} siblings={[job]} />, {
    answers: {
      jobs: { result: () => ({ cid: 'bafypicture' as Cid, bytes: 3, sha256: 'a'.repeat(64) }) },
      blobs: { read: () => ({ chunk: new Blob(['abc']), bytes: 3 }) },
      render: { watchCleaning: () => newsOf(news), stopCleaning: () => ({}) },
    },
  })
}

async function* newsOf(news: readonly Cleaning[]): AsyncGenerator<Cleaning> {
  for (const one of news) yield await Promise.resolve(one)
}

it('a picture that is cleaned can be compared with as rendered, and saved either way', async () => {
  const { user, asked: calls } = mountCleaned({ state: 'cleaning', share: 0.5 }, { state: 'cleaned' })
  await user.click(await screen.findByRole('button', { name: 'Compare' }))
  const line = screen.getByRole('slider', { name: /^Left of this line as rendered/ })
  line.focus()
  await user.keyboard('{ArrowRight}')
  expect(line.getAttribute('aria-valuenow')).toBe('52')
  screen.getByText('Cleaned')
  expect(calls('jobs.result')).toMatchObject([{ format: 'rawpng' }, { format: 'png' }])
})

it('a picture that is being cleaned is seen as rendered, says how far it is, and can be left so', async () => {
  const { user, asked: calls } = mountCleaned({ state: 'cleaning', share: 0.4 })
  await screen.findByText('Cleaning the picture, 40 % done')
  screen.getByRole('img', { name: 'Kitchen, finished' })
  await user.click(screen.getByRole('button', { name: 'Leave it as rendered' }))
  expect(calls('render.stopCleaning')).toEqual([{ job_id: 'job-render' }])
})

it('a picture that could not be cleaned says so, and is cleaned when that is asked for', async () => {
  const { user, asked: calls } = mountCleaned({ state: 'as-rendered', why: 'failed', message: 'no memory' })
  await screen.findByText('The picture could not be cleaned of noise. It is shown as rendered.')
  await user.click(screen.getByRole('button', { name: 'Clean it' }))
  await expect.poll(() => calls('render.watchCleaning')).toHaveLength(2)
  expect(calls('render.watchCleaning')[1]).toEqual({ job_id: 'job-render', again: true })
})
