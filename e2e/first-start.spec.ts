import { expect, keepPicture, test, text } from './app.ts'

test('the first start: this PC, when to share, with whom', async ({ peer, windowOf }) => {
  const ada = await peer({ name: 'Ada’s PC', measures: true })
  const page = await windowOf(ada, { atFirstStart: true })
  await expect(page.getByRole('heading', { name: text.start.pc.title })).toBeVisible()
  const { cpu } = await ada.calls.hardware.get({})
  await expect(page.getByText(text.start.pc.cores(cpu.cores))).toBeVisible()
  await expect(page.getByText(/million light paths a second/)).toBeVisible()
  await page.getByRole('button', { name: text.start.next }).click()
  await page.getByRole('radio', { name: new RegExp(`^${text.start.when.preset.nights}`) }).press(' ')
  await page.getByRole('button', { name: text.start.next }).click()
  await expect(page.getByRole('heading', { name: text.start.whom.title })).toBeVisible()
  await expect(page.getByRole('img', { name: text.people.mine.qr })).toBeVisible()
  await page.getByRole('button', { name: text.start.back }).click()
  await page.getByRole('button', { name: text.start.next }).click()
  await page.getByRole('button', { name: text.start.finish }).click()
  await expect(page.getByRole('navigation', { name: text.frame.navigation })).toBeVisible()
  const { sharing } = await ada.calls.node.info()
  expect(sharing.kind).toBe('week')
  expect((await ada.calls.preferences.get()).preferences.first_start_done).toBe(true)
  await page.reload()
  await expect(page.getByRole('heading', { name: text.start.pc.title })).toBeHidden()
})

test('from the first start to a first picture, without a scene of one’s own', async ({
  peer,
  windowOf,
}, testInfo) => {
  const ada = await peer({ name: 'Ada’s PC' })
  const page = await windowOf(ada, { atFirstStart: true })
  const startMs = performance.now()
  await page.getByRole('button', { name: text.start.next }).click()
  await page.getByRole('radio', { name: new RegExp(`^${text.start.when.preset.idle}`) }).press(' ')
  await page.getByRole('button', { name: text.start.next }).click()
  await page.getByRole('button', { name: text.start.tryIt }).click()
  const samples = page.getByRole('region', { name: text.jobKinds.render.sampleScenes.title })
  await expect(samples.getByRole('button')).toHaveCount(3)
  await keepPicture(page, 'first-start-samples')
  await samples.getByRole('button', { name: text.jobKinds.render.sampleScenes.tryIt.bunny }).press('Enter')
  const render = page.getByRole('button', { name: text.jobKinds.render.render, exact: true })
  await expect(render).toBeEnabled()
  await expect(page.getByRole('img', { name: text.jobKinds.render.previewOf('bunny.glb') })).toBeVisible()
  await keepPicture(page, 'first-start-form')
  await render.click()
  await expect(page.getByText(/is finished, it took/)).toBeVisible()
  const seconds = (performance.now() - startMs) / 1_000
  testInfo.annotations.push({ type: 'seconds to the first picture', description: seconds.toFixed(1) })
  process.stdout.write(`first start to first picture: ${seconds.toFixed(1)} s\n`)
  await keepPicture(page, 'first-start-picture')
})

test('the first start can be skipped', async ({ peer, windowOf }) => {
  const ada = await peer({ name: 'Ada’s PC' })
  const page = await windowOf(ada, { atFirstStart: true })
  await page.getByRole('button', { name: text.start.skip }).click()
  await expect(page.getByRole('navigation', { name: text.frame.navigation })).toBeVisible()
  expect((await ada.calls.preferences.get()).preferences.first_start_done).toBe(true)
})
