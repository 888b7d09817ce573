import type { Browser, Page } from '@playwright/test'
import { findings } from './accessibility.ts'
import {
  expect,
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

/** The size that a window opens in. */
export const WIDE = { width: 1_280, height: 800 }
/** A smaller one. */
const SMALL = { width: 900, height: 640 }
/** At 200 % a window of 1,280 × 800 has half as many pixels. */
export const NARROWEST = { width: 640, height: 400 }
/** Narrow windows, in which nothing may be out of reach. They are pictured in German, whose words are longer. */
export const NARROW = [
  { name: '700', width: 700, height: 640 },
  { name: '200-percent', ...NARROWEST },
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

/**
 * Every screen once: at both sizes, in German in narrow windows, and in the other theme. The theme is switched in place, as a
 * system does at night, and the size as by hand. Accessibility is checked at one size in each theme. Smaller windows are not
 * pictured in the other theme: it changes colours, and where all is stays as it was.
 */
async function lookAtAll(
  browser: Browser,
  program: Program,
  stage: Stage,
  { name: stageName, jobs, hasPeople }: PicturedStage,
) {
  const complaints: string[] = []
  const complain = (line: string) => complaints.push(line)
  let shown: Theme = 'light'
  const window = await openWindow(browser, program, stage.peer, {
    theme: shown,
    size: WIDE,
    isStill: true,
    complain,
  })
  const { page } = window
  const found: string[] = []
  const prefix = program === 'desktop' ? 'desktop-' : ''
  const keep = async (name: string, kind: string): Promise<void> => {
    await settle(page)
    await keepPicture(page, `${prefix}${stageName}-${name}-${shown}-${kind}`)
    found.push(...(await cutOff(page)).map((line) => `${name}, ${shown}, ${kind}: ${line}`))
  }
  const check = async (name: string): Promise<void> => {
    found.push(...(await findings(page)).map((finding) => `${name}, ${shown}: ${finding}`))
  }
  const resize = (size: typeof WIDE): Promise<void> => page.setViewportSize(size)
  // Each screen is opened in the theme that the last one was left in, so that both are begun with.
  const look = async (name: string): Promise<void> => {
    await keep(name, '1280')
    await check(name)
    await resize(SMALL)
    await keep(name, '900')
    await speak(page, stage, 'de')
    for (const narrow of NARROW) {
      await resize(narrow)
      await keep(name, `${narrow.name}-german`)
    }
    await speak(page, stage, 'en')
    shown = shown === 'light' ? 'dark' : 'light'
    await page.emulateMedia({ colorScheme: shown })
    await expect(page.locator(`[data-mantine-color-scheme="${shown}"]`)).toHaveCount(1)
    await resize(SMALL)
    await settle(page)
    await check(name)
    await resize(WIDE)
    await keep(name, '1280')
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

/** A test that pictures a stage. */
export function pictureStage(pictured: PicturedStage): void {
  test(`a window, ${pictured.name}: every screen is pictured, and no checker finds anything`, async ({
    browser,
    program,
  }) => {
    const stage = await pictured.make()
    try {
      await lookAtAll(browser, program, stage, pictured)
    } finally {
      await stage.remove()
    }
  })
}
