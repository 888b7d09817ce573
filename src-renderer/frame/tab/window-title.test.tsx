import { act, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JobSummary } from '#contract'
import { mount } from '../../component.fixture.tsx'
import { DONE, jobId, jobsMap, jobSummary } from '../../job-kinds/job.fixture.ts'
import { nodeInfo } from '../../node.fixture.ts'
import { WindowTitle } from './window-title.tsx'

const OWN_ICON = 'https://meshwork.test/icon.svg'
let icon: HTMLLinkElement

beforeEach(() => {
  icon = Object.assign(document.createElement('link'), { rel: 'icon', href: OWN_ICON })
  document.head.append(icon)
})
afterEach(() => {
  icon.remove()
  show('visible')
})

/** The user looks at the window, or elsewhere. */
function show(visibility: DocumentVisibilityState): void {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
}

const kitchen = (some: Partial<JobSummary> = {}) => jobSummary('render', some)

function mountTitle(...jobs: readonly JobSummary[]) {
  const node = { info: nodeInfo({ name: 'Studio' }), jobs: jobsMap(...jobs) }
  return mount(<WindowTitle />, { node, path: '/jobs' })
}

const titled = (title: string) => waitFor(() => expect(document.title).toBe(title))
const drawing = () => decodeURIComponent(icon.href)

it('the tab tells how far the newest own job is, and is itself again when it was seen to end', async () => {
  const { tell } = mountTitle()
  await titled('Jobs · Studio · Meshwork')
  expect(icon.href).toBe(OWN_ICON)
  const older = jobSummary('module', { submitted_at_ms: 1 })
  tell({ jobs: jobsMap(older, kitchen({ verified: 33 })) })
  await titled('41 % · Kitchen · Meshwork')
  const before = drawing()
  expect(before).toContain('<circle')
  tell({ jobs: jobsMap(older, kitchen({ verified: 60 })) })
  await titled('75 % · Kitchen · Meshwork')
  expect(drawing()).not.toBe(before)
  tell({ jobs: jobsMap({ ...older, ...DONE }, kitchen(DONE)) })
  await titled('Jobs · Studio · Meshwork')
  expect(icon.href).toBe(OWN_ICON)
})

it('the frames of an animation are one job', async () => {
  const frame = (index: number, some: Partial<JobSummary> = {}) =>
    kitchen({
      job_id: jobId(`f${index}`),
      description: `Kitchen.glb, frame ${index}`,
      series: { id: jobId('f0'), index, count: 2 },
      ...some,
    })
  mountTitle(frame(0, DONE), frame(1))
  await titled('75 % · Kitchen · Meshwork')
})

it('a job that is done while the user looks elsewhere stays marked until the window is looked at', async () => {
  const { tell } = mountTitle(kitchen())
  show('hidden')
  tell({ jobs: jobsMap(kitchen({ verified: 79 })) })
  await titled('98 % · Kitchen · Meshwork')
  tell({ jobs: jobsMap(kitchen(DONE)) })
  await titled('Done · Kitchen · Meshwork')
  expect(drawing()).toContain('<path')
  tell({ jobs: jobsMap(kitchen(DONE), jobSummary('module')) })
  await titled('50 % · Primes · Meshwork')
  tell({ jobs: jobsMap(kitchen(DONE), jobSummary('module', { state: { kind: 'cancelled' } })) })
  await titled('Done · Kitchen · Meshwork')
  show('visible')
  await titled('Jobs · Studio · Meshwork')
  expect(icon.href).toBe(OWN_ICON)
})

it('jobs that were done before the window opened, or that are paused, are no news', async () => {
  show('hidden')
  const { tell } = mountTitle(kitchen(DONE))
  await titled('Jobs · Studio · Meshwork')
  tell({ jobs: jobsMap(kitchen({ state: { kind: 'paused', since_ms: 1 } })) })
  await titled('Jobs · Studio · Meshwork')
})
