import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { Cid, JobId, ScenePreview, SceneReport, SubmittedRender, UploadId } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { SceneDropZone } from '../scene/scene-drop.tsx'
import { NewRender } from './new-render.tsx'

const UPLOAD = 'aaaaaaaaaaaaaaaaaaaaaa' as UploadId
const REPORT: SceneReport = {
  triangles: 12,
  meshes: 1,
  materials: 1,
  textures: 1,
  cameras: [],
  animation_seconds: 0,
  missing: [],
  warnings: [],
}

const PREVIEW: ScenePreview = {
  ...{ image: new Blob(['x']), width: 1, height: 1, sample_us: 1, unit_ram_gb: 0.2, took_ms: 900 },
  ...{ exposure_stops: 0, lit_by: 'own', view: { from: [0, 0, 2], to: [0, 0, 0], y_fov: 0.8 } },
}

const SUBMITTED: SubmittedRender = {
  kind: 'render',
  job_id: 'render-a' as JobId,
  job_ids: ['render-a' as JobId],
  units: 1,
  scene_bytes: 1,
  warnings: [],
}

/** Every upload is here already; a file is named by its size. */
const uploads: NonNullable<Answers['uploads']> = {
  begin: ({ bytes }) => ({
    upload_id: UPLOAD.replace(/^a/, `${bytes % 10}`) as UploadId,
    offset: bytes,
    bytes,
  }),
  finish: ({ upload_id }) => ({ cid: `bafy${upload_id[0] ?? ''}` as Cid, bytes: 1 }),
}

function gltf(images: readonly string[] = []): string {
  return JSON.stringify({ asset: { version: '2.0' }, images: images.map((uri) => ({ uri })) })
}

function mountForm(render: Answers['render'] = {}, jobs: Answers['jobs'] = {}) {
  // jsdom draws nothing.
  URL.createObjectURL = () => 'blob:preview'
  URL.revokeObjectURL = () => undefined
  const mounted = mount(
    <SceneDropZone>
      <NewRender />
    </SceneDropZone>,
    {
      path: '/jobs/new/render',
      answers: {
        uploads,
        jobs,
        render: {
          inspectScene: () => REPORT,
          previewScene: () => PREVIEW,
          estimate: () => ({ peers: 1, cores: 1, core_ms: 1, likely_ms: 1 }),
          ...render,
        },
      },
    },
  )
  /** Drops files: as a file manager would, all at once. */
  const drop = (...files: readonly File[]): void => {
    const event = new Event('drop', { bubbles: true, cancelable: true })
    Object.assign(event, { dataTransfer: { types: ['Files'], items: [], files } })
    window.dispatchEvent(event)
  }
  return { ...mounted, drop }
}

/** A file as browsers hand it over: jsdom knows no folders. */
const file = (name: string, content = name): File =>
  Object.assign(new File([content], name), { webkitRelativePath: '' })
const render = () => screen.findByRole<HTMLButtonElement>('button', { name: 'Render it' })
const fateOf = async (name: string): Promise<string | null> => {
  const list = await screen.findByRole('region', { name: 'Dropped files' })
  return (await within(list).findByText(name)).closest('li')?.textContent ?? null
}

it('tells beside a scene what becomes of every file that is dropped', async () => {
  const { drop } = mountForm()
  drop(file('room.gltf', gltf(['wood.png'])))
  await render()
  drop(file('house.blend'), file('stone.png'), file('wood.png'), file('notes.txt'))
  expect(await fateOf('house.blend')).toContain('File › Export › glTF 2.0')
  expect(await fateOf('stone.png')).toContain('no texture of this scene has this name')
  expect(await fateOf('notes.txt')).toContain('no part of a scene')
  expect(await fateOf('wood.png')).toContain('Used by the scene')
})

it('tells how a .blend file becomes a scene where nothing else was dropped', async () => {
  const { drop } = mountForm()
  drop(file('house.blend'))
  expect(await fateOf('house.blend')).toContain('File › Export › glTF 2.0')
})

it('a texture that is missing is found by its name when it is dropped later', async () => {
  const { drop, asked } = mountForm()
  drop(file('room.gltf', gltf(['tex/wood.png'])))
  await screen.findByText(/A texture is missing/)
  drop(file('wood.png'))
  await expect.poll(() => fateOf('wood.png')).toContain('Used by the scene')
  expect(screen.queryByText(/A texture is missing/)).toBeNull()
  await expect
    .poll(() => asked('render.inspectScene').at(-1))
    .toMatchObject({ files: [{ name: 'room.gltf' }, { name: 'tex/wood.png' }] })
})

it('a dropped .hdr lights the scene, in the preview and in the picture, until it is left out', async () => {
  const { drop, user, asked } = mountForm()
  drop(file('sky.hdr', 'a sky'))
  expect(await fateOf('sky.hdr')).toContain('Waits for its scene')
  drop(file('room.gltf', gltf()))
  await expect.poll(() => fateOf('sky.hdr')).toContain('Lights the scene')
  await expect.poll(() => asked('render.previewScene').at(-1)).toMatchObject({ environment: 'bafy5' })
  expect(asked('render.inspectScene').at(-1)).not.toHaveProperty('environment')
  await user.click(screen.getByRole('button', { name: 'Leave out sky.hdr' }))
  await expect.poll(() => asked('render.previewScene').at(-1)).not.toHaveProperty('environment')
})

describe('the preview', () => {
  const asSamples = (asked: readonly unknown[]) => asked.map((ask) => (ask as { spp: number }).spp)

  it('[F8] becomes better while the form stays as it is, and begins anew when the light changes', async () => {
    const { drop, user, asked } = mountForm()
    drop(file('room.gltf', gltf()))
    await screen.findByText(/^Preview of 32 samples a pixel, cleaned of noise/)
    expect(asSamples(asked('render.previewScene'))).toEqual([1, 8, 32])
    await user.click(screen.getByRole('radio', { name: 'Clouds' }))
    await expect.poll(() => asSamples(asked('render.previewScene'))).toEqual([1, 8, 32, 1, 8, 32])
    expect(asked('render.previewScene').slice(3)).toMatchObject(
      [1, 8, 32].map((spp) => ({ spp, light: { kind: 'overcast', turn_degrees: 0, strength: 1 } })),
    )
  })

  it('[F8] stays as it is where a better one would take long', async () => {
    // 640 × 360 pixels of 8 samples at 100 µs: three minutes.
    const { drop, asked } = mountForm({ previewScene: () => ({ ...PREVIEW, sample_us: 100 }) })
    drop(file('room.gltf', gltf()))
    await screen.findByText(/^Preview, made here in 0.9 s/)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(asSamples(asked('render.previewScene'))).toEqual([1])
  })

  it('[F8] stays where a better one fails, and the estimate rests on the first one of a view', async () => {
    const previewScene = ({ spp = 1 }: { spp?: number | undefined }) =>
      spp === 32 ? Promise.reject(fault('unit-failed', 'no memory')) : { ...PREVIEW, sample_us: spp }
    const { drop, asked } = mountForm({ previewScene })
    drop(file('room.gltf', gltf()))
    await screen.findByText(/^Preview of 8 samples a pixel/)
    await expect.poll(() => asSamples(asked('render.previewScene'))).toEqual([1, 8, 32])
    expect(screen.queryByText('no memory')).toBeNull()
    screen.getByText(/^Preview of 8 samples a pixel/)
    await expect.poll(() => asked('render.estimate').at(-1)).toMatchObject({ sample_us: 1 })
    expect((await render()).disabled).toBe(false)
  })
})

describe('the view', () => {
  const eyeOf = (ask: unknown) =>
    (ask as { view?: { from: number[] } }).view?.from.map((x) => Math.round(x * 100) / 100)
  const shown = () => screen.findByRole('group', { name: 'View of the scene' })

  async function mountView(answers: Answers['render'] = {}) {
    const mounted = mountForm(
      { inspectScene: () => ({ ...REPORT, cameras: ['A', 'B'] }), ...answers },
      { submit: () => SUBMITTED },
    )
    mounted.drop(file('room.gltf', gltf()))
    await screen.findByText(/^Preview of 32 samples/)
    return { ...mounted, last: () => mounted.asked('render.previewScene').at(-1) }
  }

  it('[F9] is turned and moved by keys: small pictures at once, a good one when it stands still', async () => {
    const { user, last, asked } = await mountView()
    expect(eyeOf(last())).toBeUndefined()
    ;(await shown()).focus()
    await user.keyboard('{ArrowRight}')
    await expect.poll(() => eyeOf(last())).toEqual([0.17, 0, 1.99])
    expect(asked('render.previewScene').at(-1)).toMatchObject({ spp: 1, exposure_stops: 0, width: 240 })
    await user.keyboard('+')
    await expect.poll(() => eyeOf(last())).toEqual([0.15, 0, 1.66])
    await screen.findByText(/^Preview of 32 samples/)
    expect(last()).toMatchObject({ spp: 32, width: 640 })
    expect(last()).not.toHaveProperty('exposure_stops')
    await user.keyboard('{Shift>}{ArrowUp}{/Shift}')
    await expect.poll(() => eyeOf(last())?.[1]).toBeGreaterThan(0)
  })

  it('[F9] is what is sent, until the camera is taken again', async () => {
    const { user, last, asked } = await mountView()
    ;(await shown()).focus()
    await user.keyboard('{ArrowRight}')
    await expect.poll(() => eyeOf(last())).toEqual([0.17, 0, 1.99])
    expect(screen.getByRole<HTMLInputElement>('combobox', { name: 'Camera' }).value).toBe('As you turned it')
    await user.click(screen.getByRole('button', { name: 'Back to the camera' }))
    await expect.poll(() => eyeOf(last())).toBeUndefined()
    ;(await shown()).focus()
    await user.keyboard('{ArrowRight}')
    await expect.poll(() => eyeOf(last())).toEqual([0.17, 0, 1.99])
    await user.click(await render())
    await expect
      .poll(() => asked('jobs.submit').at(-1))
      .toMatchObject({ view: { to: [0, 0, 0], y_fov: 0.8 } })
  })

  it('[F9] hands on the newest of many moves when the picture before it is there', async () => {
    let finish: (() => void)[] = []
    const { user, asked } = await mountView({
      previewScene: ({ exposure_stops }) =>
        exposure_stops === undefined
          ? PREVIEW
          : new Promise((resolve) => finish.push(() => resolve(PREVIEW))),
    })
    ;(await shown()).focus()
    await user.keyboard('{ArrowRight}')
    await expect.poll(() => finish.length).toBe(1)
    const before = asked('render.previewScene').length
    await user.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}')
    expect(asked('render.previewScene').length).toBe(before)
    for (const end of finish.splice(0)) end()
    // Four presses of five degrees.
    await expect.poll(() => eyeOf(asked('render.previewScene').at(-1))).toEqual([0.68, 0, 1.88])
    finish = []
  })
})

it('a scene that is refused cannot be sent, and the line beside the button says why', async () => {
  const refused = () => Promise.reject(fault('bad-input', 'The scene is empty.'))
  const { drop } = mountForm({ inspectScene: refused, previewScene: refused })
  drop(file('room.gltf', gltf()))
  await screen.findByText('This can’t be rendered: The scene is empty.')
  const button = await render()
  expect(button.disabled).toBe(true)
  const line = document.getElementById(button.getAttribute('aria-describedby') ?? '')
  expect(line?.textContent).toContain('The scene is empty.')
})

it('a scene of the longest name can be sent', async () => {
  const { drop, asked } = mountForm()
  const name = `${'ك'.repeat(120)}.gltf`
  drop(file(name, gltf()))
  await expect.poll(async () => (await render()).disabled).toBe(false)
  expect(asked('render.inspectScene')).toMatchObject([{ main: name }])
})

it('a sample fills the form with its draft, and one more click renders it', async () => {
  const sample = { files: [{ name: 'bunny.glb', cid: 'bafybunny' as Cid }], main: 'bunny.glb' }
  const { user, asked, path } = mountForm(
    {
      inspectScene: () => ({ ...REPORT, cameras: ['Portrait', 'Close-up'] }),
      takeSample: () => sample,
    },
    { submit: () => SUBMITTED },
  )
  localStorage.clear()
  screen.getByRole('button', { name: /^Try it with the bunny/ }).focus()
  await user.keyboard('{Enter}')
  await screen.findByRole('heading', { name: 'Render bunny.glb' })
  expect(asked('render.takeSample')).toEqual([{ name: 'bunny' }])
  await user.click(await screen.findByRole('combobox', { name: 'Camera' }))
  await user.click(await screen.findByRole('option', { name: 'Close-up' }))
  await user.click(await render())
  await expect
    .poll(() => asked('jobs.submit'))
    .toMatchObject([{ ...sample, width: 640, height: 480, spp: 32, redundancy: 1, clamp: 4, camera: 1 }])
  await expect.poll(path).toBe('/jobs/render-a')
  // A draft of ours is no choice that the next render begins with.
  expect(localStorage.length).toBe(0)
})

it('a sample that cannot be made says why, and a scene that is dropped takes its place', async () => {
  const { user, drop } = mountForm({ takeSample: () => Promise.reject(fault('internal', 'No room for it.')) })
  await user.click(screen.getByRole('button', { name: /^Try it with the lamp/ }))
  await screen.findByText('No room for it.')
  drop(file('room.gltf', gltf()))
  await screen.findByRole('heading', { name: 'Render room.gltf' })
})
