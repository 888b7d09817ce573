import { findings } from './accessibility.ts'
import { expect, go, keepPicture, test, text } from './app.ts'
import { dropFiles } from './drop.ts'
import { until, untilMeasured } from './peer.ts'
import { ballsScene, townScene } from './scenes.ts'
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

test('a render is wanted by a day and a time, chosen from the calendar or from the usual ones', async ({
  peer,
  windowOf,
}) => {
  const studio = await peer({ name: 'Studio PC', cores: 1 })
  const page = await windowOf(studio)
  await go(page, 'jobs')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await dropFiles(page, [{ name: 'balls.glb', bytes: ballsScene() }])
  const field = page.getByRole('button', { name: text.jobs.deadline })
  await expect(field).toContainText(text.frame.calendar.anyTime)
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await field.click()
    await expect(page.getByRole('button', { name: text.frame.calendar.tomorrowMorning })).toBeVisible()
    expect(await findings(page)).toEqual([])
    await keepPicture(page, `deadline-field-${theme}`)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('button', { name: text.frame.calendar.tomorrowMorning })).toBeHidden()
    await expect(field).toBeFocused()
  }
  await field.click()
  await page.getByRole('button', { name: text.frame.calendar.tomorrowMorning }).click()
  await page.keyboard.press('Escape')
  await expect(field).toContainText('08:00')
  await page.getByRole('button', { name: text.jobKinds.render.render, exact: true }).click()
  await until('the job is there', async () => (await studio.calls.jobs.list()).length === 1)
  const [job] = await studio.calls.jobs.list()
  const tomorrow = await page.evaluate(() => {
    const day = new Date()
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1, 8).getTime()
  })
  expect(job?.deadline_ms).toBe(tomorrow)
})
