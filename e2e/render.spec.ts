import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { JobId } from '#contract'
import { runMeshctl } from '../src-main/cli/meshctl.ts'
import { expect, go, test, text } from './app.ts'
import { dropFiles } from './drop.ts'
import { until, untilMeasured, type Peer } from './peer.ts'
import { ballsScene, texturedScene, turningScene } from './scenes.ts'
import { submitScene } from './submit.ts'

/** Opens Jobs and waits until it is there to be dropped on. */
async function openEmptyBoard(page: Page): Promise<void> {
  await go(page, 'jobs')
  await expect(page.getByText(text.jobs.emptyTitle)).toBeVisible()
}

/** Runs one command line of `meshctl` against a peer's folder. */
async function meshctl(peer: Peer, ...argv: string[]): Promise<number> {
  return runMeshctl([...argv, '--data', peer.folder], {
    out: () => undefined,
    outBytes: () => Promise.resolve(),
    err: () => undefined,
    columns: undefined,
  })
}

/** The one job that a peer has. */
async function onlyJob(peer: Peer): Promise<JobId> {
  await until('a job is there', async () => (await peer.calls.jobs.list()).length === 1)
  const [job] = await peer.calls.jobs.list()
  if (job === undefined) throw new Error('no job')
  return job.job_id
}

const stateOf = async (peer: Peer, job_id: JobId) => (await peer.calls.jobs.status({ job_id })).state.kind

test('a scene that is dropped becomes a picture, the same bytes as meshctl gets', async ({
  peer,
  windowOf,
}) => {
  const ada = await peer({ name: 'Ada’s PC', cores: 2 })
  await untilMeasured(ada)
  const page = await windowOf(ada)
  await openEmptyBoard(page)
  await dropFiles(page, [{ name: 'balls.glb', bytes: ballsScene() }])
  await expect(page.getByText(text.jobKinds.render.newTitleOf('balls.glb'))).toBeVisible()
  await expect(page.getByRole('img', { name: text.jobKinds.render.previewOf('balls.glb') })).toBeVisible()
  await page.getByLabel(text.jobKinds.render.width, { exact: true }).fill('320')
  await page.getByLabel(text.jobKinds.render.height, { exact: true }).fill('200')
  await page.getByText(text.jobKinds.render.qualities.draft, { exact: true }).click()
  await page.getByText(text.jobs.checksOf(1, '1'), { exact: true }).click()
  // Under clouds, which the preview shows at once.
  const preview = page.getByRole('img', { name: text.jobKinds.render.previewOf('balls.glb') })
  const unclouded = await preview.getAttribute('src')
  await page.getByRole('radio', { name: text.jobKinds.render.lightField.names.overcast }).check()
  await expect(preview).not.toHaveAttribute('src', unclouded ?? '')
  // And from elsewhere, by keys.
  await page.getByRole('group', { name: text.jobKinds.render.view.label }).press('ArrowRight')
  await expect(page.getByRole('button', { name: text.jobKinds.render.view.reset })).toBeVisible()
  await expect(page.getByText(/Done about/)).toBeVisible()
  await page.getByRole('button', { name: text.jobKinds.render.render, exact: true }).click()
  const job = await onlyJob(ada)
  const { light, view } = await ada.calls.render.recipe({ job_id: job })
  expect(light).toMatchObject({ kind: 'overcast' })
  expect(view?.from.every(Number.isFinite)).toBe(true)
  await expect(page.getByText(/is finished, it took/)).toBeVisible()

  // It is cleaned of noise here, and compared with as rendered.
  const { viewer } = text.jobKinds.render
  await expect(page.getByText(viewer.cleaning.done)).toBeVisible()
  await page.getByRole('button', { name: viewer.compare }).click()
  await expect(page.getByRole('slider', { name: viewer.compareNoiseLabel })).toBeVisible()

  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: text.jobKinds.render.viewer.save, exact: true }).click()
  await page.getByRole('menuitem', { name: text.jobKinds.render.viewer.saveDelivered }).click()
  const fromWindow = await readFile(await (await saving).path())
  const path = join(tmpdir(), `meshwork-e2e-${job}.png`)
  expect(await meshctl(ada, 'job-result', job, '--out', path)).toBe(0)
  expect(fromWindow.equals(await readFile(path))).toBe(true)

  // It hangs in the gallery, also after a restart of the peer.
  await ada.stop()
  await ada.start()
  await go(page, 'jobs')
  await expect(page.getByRole('img', { name: text.jobs.thumbnailOf('balls') })).toBeVisible()
})

test('a missing texture is told before anything is sent, and dropped in later', async ({
  peer,
  windowOf,
}) => {
  const ada = await peer({ name: 'Ada’s PC', cores: 1 })
  const page = await windowOf(ada)
  await openEmptyBoard(page)
  const { gltf, bin } = texturedScene()
  await dropFiles(page, [{ name: 'room.gltf', bytes: gltf }])
  await expect(page.getByText('scene.bin')).toBeVisible()
  await dropFiles(page, [{ name: 'scene.bin', bytes: bin }])
  await expect(page.getByText('wood_03.png')).toBeVisible()
  await expect(page.getByText(text.jobKinds.render.missingTextures(1, '1'))).toBeVisible()
})

test('frames of an animation are a picture each', async ({ peer, windowOf }) => {
  const ada = await peer({ name: 'Ada’s PC', cores: 2 })
  await untilMeasured(ada)
  const page = await windowOf(ada)
  await openEmptyBoard(page)
  await dropFiles(page, [{ name: 'turning.glb', bytes: turningScene() }])
  await expect(page.getByRole('img', { name: text.jobKinds.render.previewOf('turning.glb') })).toBeVisible()
  await page.getByLabel(text.jobKinds.render.width, { exact: true }).fill('96')
  await page.getByLabel(text.jobKinds.render.height, { exact: true }).fill('64')
  await page.getByText(text.jobKinds.render.qualities.draft, { exact: true }).click()
  await page.getByText(text.jobs.checksOf(1, '1'), { exact: true }).click()
  await page.getByRole('textbox', { name: text.jobKinds.render.framesLabel, exact: true }).fill('0, 6-7')
  await page.getByRole('button', { name: text.jobKinds.render.render, exact: true }).click()
  await until('three frames are done', async () => {
    const jobs = await ada.calls.jobs.list()
    return jobs.length === 3 && jobs.every(({ state }) => state.kind === 'done')
  })
  const pictures = new Set<string>()
  const frames = new Set<number | undefined>()
  for (const { job_id, facts } of await ada.calls.jobs.list()) {
    frames.add(facts.kind === 'render' ? facts.frame : undefined)
    pictures.add((await ada.calls.jobs.result({ job_id, format: 'png' })).sha256)
  }
  expect([...frames].sort()).toEqual([0, 6, 7])
  expect(pictures.size).toBe(3)
})

test('a render is encrypted by a switch, and its page says so', async ({ peer, windowOf }) => {
  const ada = await peer({ name: 'Ada’s PC', cores: 2 })
  await untilMeasured(ada)
  const page = await windowOf(ada)
  await openEmptyBoard(page)
  await dropFiles(page, [{ name: 'balls.glb', bytes: ballsScene() }])
  await expect(page.getByRole('img', { name: text.jobKinds.render.previewOf('balls.glb') })).toBeVisible()
  await page.getByLabel(text.jobKinds.render.width, { exact: true }).fill('96')
  await page.getByLabel(text.jobKinds.render.height, { exact: true }).fill('64')
  await page.getByText(text.jobKinds.render.qualities.draft, { exact: true }).click()
  await page.getByText(text.jobs.checksOf(1, '1'), { exact: true }).click()
  await page.getByRole('switch', { name: text.jobKinds.render.encrypt }).click()
  await expect(page.getByRole('switch', { name: text.jobKinds.render.encrypt })).toBeChecked()
  await page.getByRole('button', { name: text.jobKinds.render.render, exact: true }).click()
  const job = await onlyJob(ada)
  await expect(page.getByText(/is finished, it took/)).toBeVisible()
  await expect(page.getByText(text.jobs.facts.encrypted, { exact: true })).toBeVisible()
  expect((await ada.calls.jobs.status({ job_id: job })).encrypted).toBe(true)
})

test('a running render is paused, goes on, and is cancelled', async ({ peer, windowOf }) => {
  const ada = await peer({ name: 'Ada’s PC', cores: 1 })
  await untilMeasured(ada)
  const page = await windowOf(ada)
  const job = await submitScene(ada, ballsScene(), {
    width: 1_280,
    height: 800,
    spp: 256,
    description: 'Balls',
  })
  await go(page, 'jobs')
  await page.getByRole('link', { name: text.jobs.openJob('Balls') }).click()
  await expect(page.getByRole('heading', { name: /Balls is \d+\s?% done/ })).toBeVisible()
  await page.getByRole('main').getByRole('button', { name: text.jobs.pause, exact: true }).click()
  await expect(page.getByRole('heading', { name: /Balls is paused at/ })).toBeVisible()
  expect(await stateOf(ada, job)).toBe('paused')
  await page.getByRole('main').getByRole('button', { name: text.jobs.resume, exact: true }).click()
  await until('it goes on', async () => (await stateOf(ada, job)) === 'running')
  await page.getByRole('button', { name: text.jobs.cancel, exact: true }).click()
  await page.getByRole('button', { name: text.jobs.cancelYes }).click()
  await expect(page.getByText(/Balls was cancelled at/)).toBeVisible()
  expect(await stateOf(ada, job)).toBe('cancelled')
})

/** A render that has come some way, with its page open. */
async function renderUnderWay(ada: Peer, page: Page): Promise<JobId> {
  const size = { width: 320, height: 200, tile: 32, spp: 24 }
  const job = await submitScene(ada, ballsScene(), { ...size, description: 'Balls' })
  await go(page, 'jobs')
  await page.getByRole('link', { name: text.jobs.openJob('Balls') }).click()
  await until('tiles are done', async () => (await ada.calls.jobs.status({ job_id: job })).verified > 2)
  // The page's code is loaded: a peer that is killed before cannot serve it.
  await expect(page.locator('canvas[role="img"]').first()).toBeVisible()
  return job
}

test('a window that is reloaded in mid-job shows what is there, and the rest as it comes', async ({
  peer,
  windowOf,
}) => {
  const ada = await peer({ name: 'Ada’s PC', cores: 2 })
  await untilMeasured(ada)
  const page = await windowOf(ada)
  const job_id = await renderUnderWay(ada, page)
  // So that it is not done before the page is there again, however busy the machine is.
  await ada.calls.jobs.pause({ job_id })
  await page.reload()
  await expect(page.getByRole('heading', { name: /Balls is paused at \d+\s?%/ })).toBeVisible()
  await ada.calls.jobs.resume({ job_id })
  await expect(page.getByRole('heading', { name: /Balls is finished, it took/ })).toBeVisible()
})

test('a peer that is killed in mid-job goes on, and so does the open window', async ({ peer, windowOf }) => {
  const ada = await peer({ name: 'Ada’s PC', cores: 2 })
  await untilMeasured(ada)
  const page = await windowOf(ada)
  const job = await renderUnderWay(ada, page)
  await ada.kill()
  await expect(page.getByText(text.frame.connection.lost)).toBeVisible()
  await ada.start()
  await expect(page.getByText(text.frame.connection.lost)).toBeHidden()
  await expect(page.getByRole('heading', { name: /Balls is finished, it took/ })).toBeVisible()
  expect(await stateOf(ada, job)).toBe('done')
})
