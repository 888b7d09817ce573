import { expect, go, keepPicture, test, text } from './app.ts'
import { untilMeasured } from './peer.ts'
import { townScene } from './scenes.ts'
import { submitScene } from './submit.ts'

const MINUTE_MS = 60_000

test('a render that cannot be done in time says so on its page, in the list and in the form', async ({
  peer,
  windowOf,
}) => {
  const studio = await peer({ name: 'Studio PC', cores: 1 })
  await untilMeasured(studio)
  const long = { width: 1_920, height: 1_200, spp: 4_096, samples_per_unit: 16 }
  const deadline_ms = Date.now() + 10 * MINUTE_MS
  const job = await submitScene(studio, townScene(), { ...long, deadline_ms, description: 'Town by night' })
  const fine = Date.now() + 20 * 24 * 60 * MINUTE_MS
  const later = await submitScene(studio, townScene(), {
    ...long,
    spp: 64,
    priority: 0.1,
    deadline_ms: fine,
    description: 'Town in three weeks',
  })
  for (const theme of ['light', 'dark'] as const) {
    const page = await windowOf(studio, { theme })
    await go(page, 'jobs')
    const row = page.getByRole('main').getByRole('link', { name: 'Town by night' })
    await expect(row).toContainText('late')
    await expect(page.getByRole('main').getByRole('link', { name: 'Town in three weeks' })).not.toContainText(
      'late',
    )
    await keepPicture(page, `deadline-jobs-${theme}`)
    await row.click()
    await expect(page.getByText(text.jobKinds.render.lateTodo)).toBeVisible()
    await expect(page.getByText(text.jobs.facts.deadline, { exact: true })).toBeVisible()
    await keepPicture(page, `deadline-job-${theme}`)
    await go(page, 'overview')
    await expect(page.getByText('late').first()).toBeVisible()
    await keepPicture(page, `deadline-overview-${theme}`)
    await go(page, 'settings')
    await keepPicture(page, `deadline-settings-${theme}`)
  }
  const status = await studio.calls.jobs.status({ job_id: job })
  expect(status.deadline_at_risk?.expected_end_ms).toBeGreaterThan(deadline_ms)
  expect(await studio.calls.jobs.status({ job_id: later })).not.toHaveProperty('deadline_at_risk')
})
