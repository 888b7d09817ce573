import { screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Cid, Person, RenderEstimate, SceneFiles, SubmittedJob } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { jobId, peerId } from '../../job.fixture.ts'
import { SceneDropZone } from '../scene/scene-drop.tsx'
import { EstimateLine } from './estimate-line.tsx'
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
function Held({
  scene,
  animationSeconds,
  unitRamGb,
  onSceneGone,
}: Partial<Parameters<typeof NewRenderForm>[0]>) {
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
        unitRamGb={unitRamGb}
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

it('keeps toasts off its button', () => {
  vi.stubGlobal('innerHeight', 100)
  onTestFinished(() => void vi.unstubAllGlobals())
  mountForm()
  // This document has no layout: the row of the button is at its top.
  expect(document.documentElement.style.getPropertyValue('--toasts-bottom')).toBe('108px')
})

it('sends a request of its kind with the estimate, and goes to the job', async () => {
  const { user, asked, path } = mountForm()
  await screen.findByText(/^Done about/)
  await user.click(submit())
  await waitFor(() => expect(path()).toBe('/jobs/job-new'))
  // The job's page says all: a toast under the pointer would outlive its job.
  expect(screen.queryAllByRole('alert')).toEqual([])
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
})

it('asks for an estimate of what is chosen', async () => {
  const { user, asked } = mountForm()
  await user.click(screen.getByRole('button', { name: 'Square' }))
  await user.click(screen.getByRole('radio', { name: 'Draft' }))
  await waitFor(() =>
    expect(asked('render.estimate').at(-1)).toEqual({
      width: 1_080,
      height: 1_080,
      spp: 32,
      frames: 1,
      redundancy: 2,
      files: ['bafyscene'],
    }),
  )
  await screen.findByText('Between 5 min and 15 min')
})

const { likely_ms: _likely, low_ms: _low, high_ms: _high, ...NONE } = ESTIMATE
const BOB = {
  peer_id: peerId('bob'),
  connected: true,
  trust_mine: 1,
  trust_theirs: 1,
  shares_cores: 2,
} as Person

/** Keeps the form from asking by itself. @returns after how many milliseconds it would have */
function heldIntervals(): readonly number[] {
  const held: number[] = []
  const real = globalThis.setInterval
  const spy = vi.spyOn(globalThis, 'setInterval').mockImplementation((work, ms = 0) => {
    if (ms < 1_000) return real(work, ms)
    held.push(ms)
    return real(() => undefined, 2 ** 30)
  })
  onTestFinished(() => spy.mockRestore())
  return held
}

it('[F5] asks again every 15 s, and when somebody comes: it no longer says that nobody can', async () => {
  const held = heldIntervals()
  let isHere = false
  const { tell, asked } = mountForm(
    { scene: SCENE },
    { render: { estimate: () => (isHere ? ESTIMATE : { ...NONE, peers: 0 }) } },
  )
  await screen.findByText('Nobody can render this right now')
  expect(held).toContain(15_000)
  isHere = true
  tell({ people: new Map([[BOB.peer_id, BOB]]) })
  await screen.findByText(/^Done about/)
  const count = asked('render.estimate').length
  tell({ sharing: { kind: 'paused-by-user', since_ms: 0 } })
  await waitFor(() => expect(asked('render.estimate').length).toBeGreaterThan(count))
})

/** Bob and this PC, which lend less than a unit needs. */
const SMALLER = [
  { peer_id: BOB.peer_id, name: 'Bob', is_self: false, ram_gb: 0.5 },
  { peer_id: peerId('me'), name: 'Ada’s PC', is_self: true, ram_gb: 0.25 },
]
const NEEDS = { unit_ram_gb: 1.1, smaller: SMALLER }

it('[F7] tells before a scene is sent what memory it needs, and who lends too little', async () => {
  const { asked } = mountForm(
    { scene: SCENE, unitRamGb: 1.1 },
    { render: { estimate: () => ({ ...ESTIMATE, ...NEEDS }) } },
  )
  await screen.findByText(/^Done about/)
  screen.getByText(
    'Each tile needs 1.1 GB of memory: Bob lends 0.5 GB and this PC lends 0.3 GB, too little to help.',
  )
  expect(asked('render.estimate')[0]).toMatchObject({ unit_ram_gb: 1.1 })
  expect(submit().disabled).toBe(false)
})

it.each([
  [false, 'Nobody who is here lends enough memory', 'You can send it anyway'],
  [true, 'This scene needs more memory than anybody lends', 'make the scene smaller'],
] as const)(
  '[F7] a scene that fits nobody can wait, and one that never fits is not sent: %s',
  async (...of) => {
    const [fitsNowhere, title, hint] = of
    const never = fitsNowhere ? ({ fits_nowhere: true } as const) : {}
    mountForm(
      { scene: SCENE, unitRamGb: 1.1 },
      { render: { estimate: () => ({ ...NONE, peers: 0, ...NEEDS, ...never }) } },
    )
    const line = (await screen.findByText(title)).closest('[role=status]')
    expect(line?.textContent).toContain('Each tile needs 1.1 GB: Bob lends 0.5 GB and this PC lends 0.3 GB.')
    expect(line?.textContent).toContain(hint)
    expect(submit().disabled).toBe(fitsNowhere)
  },
)

it('says that this PC is being measured, and not that nobody can', async () => {
  const estimate = () => ({ ...NONE, peers: 0, is_measuring: true }) as const
  mountForm({ scene: SCENE }, { render: { estimate } })
  await screen.findByText('This PC is finding out how fast it is')
  expect(screen.queryByText('Nobody can render this right now')).toBeNull()
})

describe('the estimate’s line', () => {
  const line = (askedAtMs: number, estimate: RenderEstimate = ESTIMATE) => (
    <EstimateLine
      {...{ estimate, askedAtMs, isWorking: false, message: undefined, deadlineMs: undefined, checks: 2 }}
      onChecks={() => undefined}
    />
  )

  it('[F5] never names an end that has passed', () => {
    const nowMs = new Date(2026, 10, 23, 12, 0, 20).getTime()
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs })
    onTestFinished(() => void vi.useRealTimers())
    // Asked before noon, and done ten seconds after that: sent now, it would be done ten seconds from now.
    mount(line(nowMs - 40_000, { ...ESTIMATE, likely_ms: 10_000 }))
    screen.getByText('Done about 12:00 (3 PCs)')
  })

  it('[F5] says that the end is not known where the last answer is old', () => {
    mount(line(Date.now() - 120_000))
    screen.getByText('Right now we can’t tell when it would be done.')
    expect(screen.queryByText(/^Done about/)).toBeNull()
  })

  it('says how busy other programs keep this PC', () => {
    mount(line(Date.now(), { ...ESTIMATE, busy_percent: 97 }))
    screen.getByText('Other programs keep this PC 97 % busy')
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
  expect((await screen.findByRole('alert')).textContent).toContain('copying it again')
  expect(onSceneGone).toHaveBeenCalledOnce()
  expect(path()).toBe('/jobs/new')
})

it('where too few PCs are there it offers to let fewer check', async () => {
  const { user, asked } = mountForm(
    { scene: SCENE },
    { render: { estimate: ({ redundancy }) => (redundancy === 2 ? { ...NONE, peers: 1 } : ESTIMATE) } },
  )
  await user.click(await screen.findByRole('button', { name: 'Check with 1 PC' }))
  await screen.findByText(/^Done about/)
  expect(asked('render.estimate').at(-1)).toMatchObject({ redundancy: 1 })
})
