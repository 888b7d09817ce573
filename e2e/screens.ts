import type { Browser, Page } from '@playwright/test'
import {
  expect,
  findings,
  go,
  keepPicture,
  openWindow,
  test,
  text,
  type Program,
  type Screen,
  type Theme,
} from './app.ts'
import type { Stage } from './nodes.ts'
import { cutOff } from './cut-off.ts'
import { dropFiles } from './drop.ts'
import { ballsScene } from './scenes.ts'

/** The sizes, and the theme that a window of that size opens in. */
const SIZES = [
  { width: 1_280, height: 800, first: 'light' },
  { width: 900, height: 640, first: 'dark' },
] as const
/**
 * Narrow windows, in which nothing may be out of reach: at 200 % a window of 1,280 × 800 has half as many pixels. They are
 * pictured in German, whose words are longer.
 */
const NARROW = [
  { name: '700', width: 700, height: 640 },
  { name: '200-percent', width: 640, height: 400 },
] as const
/** Screens that show what is under way, and those that do not. */
const LIVE_SCREENS: readonly Screen[] = ['overview', 'jobs', 'people']
const OTHER_SCREENS: readonly Screen[] = ['sharing', 'settings']

/** A stage, and the pages that there must be besides the screens of the side bar. */
export interface PicturedStage {
  readonly name: string
  readonly make: () => Promise<Stage>
  readonly jobs: readonly (keyof typeof JOBS)[]
  readonly hasPeople: boolean
}

/** Jobs of the stages, by the names of their pictures. */
const JOBS = {
  'job-running': 'Town by night',
  'job-crowded': 'Protein folds of the whole family',
  'job-done': 'Balls',
} as const

/** Frames, one after the other, in which no chart changes: a moving one changes in each. */
const STILL_FRAMES = 6

/** Waits until nothing is on its way any more, and nothing moves but what always does. */
export async function settle(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
  await expect(page.locator('[aria-busy="true"], .mantine-Skeleton-root')).toHaveCount(0)
  await page.evaluate(async (stillFrames) => {
    await document.fonts.ready
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    const isMoving = () =>
      document
        .getAnimations()
        .some(
          ({ playState, effect }) =>
            playState === 'running' && effect?.getComputedTiming().endTime !== Infinity,
        )
    const charts = () =>
      Array.from(document.querySelectorAll('.recharts-surface'), ({ innerHTML }) => innerHTML).join()
    let seen = charts()
    for (let still = 0; still < stillFrames;) {
      await frame()
      const now = charts()
      still = now === seen && !isMoving() ? still + 1 : 0
      seen = now
    }
  }, STILL_FRAMES)
}

function standing(stage: Stage | undefined): Stage {
  if (stage === undefined) throw new Error('the stage was not set')
  return stage
}

/** Every screen once in one size, with both themes: the second is switched to in place, as a system does at night. */
async function lookAtAll(
  browser: Browser,
  program: Program,
  stage: Stage,
  { name: stageName, jobs, hasPeople }: PicturedStage,
  { first, ...size }: (typeof SIZES)[number],
) {
  const complaints: string[] = []
  const complain = (line: string) => complaints.push(line)
  const window = await openWindow(browser, program, stage.peer, {
    theme: first,
    size,
    isStill: true,
    complain,
  })
  const { page } = window
  const found: string[] = []
  const prefix = program === 'desktop' ? 'desktop-' : ''
  let shown: Theme = first
  const keep = async (name: string, rules: 'all' | 'of-theme'): Promise<void> => {
    await settle(page)
    await keepPicture(page, `${prefix}${stageName}-${name}-${shown}-${size.width}`)
    found.push(...(await cutOff(page)).map((line) => `${name}, ${shown}, ${size.width}: ${line}`))
    found.push(...(await findings(page, rules)).map((finding) => `${name}, ${shown}: ${finding}`))
  }
  // Each screen is opened in the theme that the last one was left in, so that both are begun with.
  const look = async (name: string): Promise<void> => {
    await keep(name, 'all')
    if (size.width === SIZES[0].width) {
      await speak(page, stage, 'de')
      for (const narrow of NARROW) {
        await page.setViewportSize(narrow)
        await settle(page)
        await keepPicture(page, `${prefix}${stageName}-${name}-${shown}-${narrow.name}-german`)
        found.push(...(await cutOff(page)).map((line) => `${name}, ${narrow.name}, in German: ${line}`))
      }
      await speak(page, stage, 'en')
      await page.setViewportSize(size)
    }
    shown = shown === 'light' ? 'dark' : 'light'
    await page.emulateMedia({ colorScheme: shown })
    await expect(page.locator(`[data-mantine-color-scheme="${shown}"]`)).toHaveCount(1)
    await keep(name, 'of-theme')
  }
  const lookAt = async (screen: Screen): Promise<void> => {
    await go(page, screen)
    await look(screen)
  }
  await stage.work()
  for (const screen of LIVE_SCREENS) await lookAt(screen)
  if (hasPeople) await lookAtMesh(page, look)
  for (const job of jobs) await lookIntoJob(page, job, look)
  await stage.rest()
  for (const screen of OTHER_SCREENS) await lookAt(screen)
  await lookAtNewRender(page, look)
  await window.close()
  expect(complaints).toEqual([])
  expect(found).toEqual([])
}

/** Changes the language that the window speaks, as its user does in Settings. */
async function speak(page: Page, { peer }: Stage, language: 'en' | 'de'): Promise<void> {
  await peer.calls.preferences.set({ language })
  await expect(page.locator(`html[lang="${language}"]`)).toHaveCount(1)
}

async function lookIntoJob(
  page: Page,
  name: keyof typeof JOBS,
  look: (name: string) => Promise<void>,
): Promise<void> {
  await go(page, 'jobs')
  await page
    .getByRole('link', { name: text.jobs.openJob(JOBS[name]) })
    .first()
    .click()
  if (name === 'job-crowded') await page.getByRole('button', { name: text.jobs.unitsTable.show }).click()
  await settle(page)
  // A picture in progress is worth looking at once some of it is there.
  const { waitingForTiles, viewer } = text.jobKinds.render
  if (name === 'job-running')
    for (const words of [waitingForTiles, viewer.assembling]) await expect(page.getByText(words)).toBeHidden()
  await look(name)
}

async function lookAtNewRender(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await go(page, 'jobs')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await settle(page)
  await dropFiles(page, [{ name: 'balls.glb', bytes: ballsScene() }])
  await expect(page.getByRole('img', { name: text.jobKinds.render.previewOf('balls.glb') })).toBeVisible()
  await look('new-render')
}

async function lookAtMesh(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await go(page, 'people')
  await page.getByText(text.people.tabs.mesh, { exact: true }).click()
  await look('mesh')
}

/** Tests that picture a stage in each size and theme, all with the same peers. */
export function pictureStage(pictured: PicturedStage): void {
  test.describe(`a window, ${pictured.name}`, () => {
    // One after the other, over the same peers.
    test.describe.configure({ mode: 'default' })
    let stage: Stage | undefined
    test.beforeAll(async () => {
      stage = await pictured.make()
    })
    test.afterAll(() => stage?.remove())

    for (const size of SIZES) {
      test(`at ${size.width} × ${size.height}: every screen is pictured in light and dark, and no checker finds anything`, async ({
        browser,
        program,
      }) => {
        await lookAtAll(browser, program, standing(stage), pictured, size)
      })
    }
  })
}
