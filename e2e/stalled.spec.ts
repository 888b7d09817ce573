import { findings } from './accessibility.ts'
import { expect, go, keepPicture, test, text } from './app.ts'
import { pair, untilMeasured } from './peer.ts'
import { townScene } from './scenes.ts'
import { submitScene } from './submit.ts'

test('a render that loses its second checker says who left, and goes on with one PC when its user says so', async ({
  peer,
  windowOf,
}) => {
  const ada = await peer({ name: 'Ada', cores: 1 })
  const bob = await peer({ name: 'Bob', cores: 1 })
  await pair(ada, bob)
  await Promise.all([untilMeasured(ada), untilMeasured(bob)])
  const size = { width: 320, height: 200, spp: 48, samples_per_unit: 8 }
  const job_id = await submitScene(ada, townScene(), { ...size, redundancy: 2, description: 'Town by night' })
  const page = await windowOf(ada)
  await go(page, 'jobs')
  await page
    .getByRole('link', { name: text.jobs.openJob('Town by night') })
    .first()
    .click()
  await expect.poll(async () => (await ada.calls.jobs.status({ job_id })).verified).toBeGreaterThan(0)
  // Slowly from here on, so that it is still under way however long the windows take.
  await bob.calls.sharing.setLimits({ limits: { cpu_percent: 10 } })
  await expect(page).toHaveTitle(/^\d+\s%\s· Town by night · Meshwork$/)
  await expect(page.locator('main img[alt=""]')).toBeVisible()
  await bob.calls.sharing.pause({})
  const notice = page.getByText(/^Bob paused at \d\d:\d\d\. Each tile needs 2 PCs; only 1 is available\.$/)
  await expect(notice).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('for 1 more PC')
  await expect(page.getByText(/^paused since \d\d:\d\d$/)).toBeVisible()
  expect(await findings(page)).toEqual([])
  await keepPicture(page, 'stalled-job')
  await bob.calls.sharing.resume()
  await expect(notice).toBeHidden()
  await bob.calls.sharing.pause({})
  const lower = page.getByRole('button', { name: text.jobs.shortage.lower('1 PC') })
  await lower.click()
  await keepPicture(page, 'stalled-question')
  await lower.click()
  await expect(notice).toBeHidden()
  await expect
    .poll(async () => (await ada.calls.jobs.status({ job_id })).state.kind, { timeout: 120_000 })
    .toBe('done')
})
