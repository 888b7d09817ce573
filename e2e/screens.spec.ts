import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from '@playwright/test'
import { expect, go, keepPicture, openWindow, test, text, type Program, type Screen } from './app.ts'
import { crowdedStage, emptyStage, typicalStage, type Stage } from './nodes.ts'
import { dropFiles } from './drop.ts'
import type { Peer } from './peer.ts'
import { ballsScene } from './scenes.ts'

const STAGES = { empty: emptyStage, typical: typicalStage, crowded: crowdedStage }
const SIZES = [
  { width: 1_280, height: 800 },
  { width: 900, height: 640 },
]
const SCREENS: readonly Screen[] = ['overview', 'jobs', 'sharing', 'people', 'settings']

/** The rule for every screen: a checker for accessibility finds nothing. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

/** Waits until nothing is on its way any more. */
async function settle(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy="true"], .mantine-Skeleton-root')).toHaveCount(0)
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(300)
}

function standing(stage: Stage | undefined): Stage {
  if (stage === undefined) throw new Error('the stage was not set')
  return stage
}

/** Every screen once, in one theme and size. */
async function lookAtAll(
  browser: Browser,
  program: Program,
  peer: Peer,
  stage: string,
  theme: 'light' | 'dark',
  size: (typeof SIZES)[number],
) {
  const complaints: string[] = []
  const window = await openWindow(browser, program, peer, {
    theme,
    size,
    complain: (line) => complaints.push(line),
  })
  const { page } = window
  const found: string[] = []
  const look = async (name: string): Promise<void> => {
    await settle(page)
    const prefix = program === 'desktop' ? 'desktop-' : ''
    await keepPicture(page, `${prefix}${stage}-${name}-${theme}-${size.width}`)
    found.push(...(await findings(page)).map((finding) => `${name}: ${finding}`))
  }
  for (const screen of SCREENS) {
    await go(page, screen)
    await look(screen)
  }
  await lookIntoJobs(page, look)
  await lookAtNewRender(page, look)
  await lookIntoPeople(page, look)
  await window.close()
  expect(complaints).toEqual([])
  expect(found).toEqual([])
}

async function lookIntoJobs(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await go(page, 'jobs')
  for (const [name, job] of [
    ['job-running', 'Town by night'],
    ['job-crowded', 'Protein folds of the whole family'],
    ['job-done', 'Balls'],
  ] as const) {
    const link = page.getByRole('link', { name: text.jobs.openJob(job) })
    await settle(page)
    if ((await link.count()) === 0) continue
    await link.first().click()
    const units = page.getByRole('button', { name: text.jobs.unitsTable.show })
    await settle(page)
    if (name === 'job-crowded' && (await units.count()) > 0) await units.click()
    // A picture in progress is worth looking at once some of it is there.
    if (name === 'job-running')
      await expect(page.getByText(text.jobKinds.render.waitingForTiles)).toBeHidden()
    await look(name)
    await go(page, 'jobs')
  }
}

async function lookAtNewRender(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await go(page, 'jobs')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await settle(page)
  await dropFiles(page, [{ name: 'balls.glb', bytes: ballsScene() }])
  await expect(page.getByRole('img', { name: text.jobKinds.render.previewOf('balls.glb') })).toBeVisible()
  await look('new-render')
}

async function lookIntoPeople(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await go(page, 'people')
  await settle(page)
  const mesh = page.getByText(text.people.tabs.mesh, { exact: true })
  if ((await mesh.count()) === 0) return
  await mesh.click()
  await look('mesh')
}

for (const [name, make] of Object.entries(STAGES)) {
  test.describe(`a window, ${name}`, () => {
    let stage: Stage | undefined
    test.beforeAll(async () => {
      stage = await make()
    })
    test.afterAll(() => stage?.remove())

    for (const size of SIZES) {
      for (const theme of ['light', 'dark'] as const) {
        test(`${theme} at ${size.width} × ${size.height}: every screen is pictured, and no checker finds anything`, async ({
          browser,
          program,
        }) => {
          await lookAtAll(browser, program, standing(stage).peer, name, theme, size)
        })
      }
    }
  })
}

test('the first start is pictured too', async ({ peer, windowOf }) => {
  const fresh = await peer({ name: 'Studio PC' })
  for (const theme of ['light', 'dark'] as const) {
    await fresh.calls.preferences.set({ first_start_done: false })
    const page = await windowOf(fresh, { atFirstStart: true, theme })
    for (const step of ['pc', 'when', 'whom'] as const) {
      await expect(page.getByRole('heading', { name: text.start[step].title })).toBeVisible()
      await settle(page)
      await keepPicture(page, `start-${step}-${theme}-1280`)
      expect(await findings(page)).toEqual([])
      if (step !== 'whom') await page.getByRole('button', { name: text.start.next }).click()
    }
  }
})
