import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from '@playwright/test'
import { expect, go, keepPicture, openWindow, test, text, type Program, type Screen } from './app.ts'
import type { Stage } from './nodes.ts'
import { dropFiles } from './drop.ts'
import type { Peer } from './peer.ts'
import { ballsScene } from './scenes.ts'

const SIZES = [
  { width: 1_280, height: 800 },
  { width: 900, height: 640 },
]
const SCREENS: readonly Screen[] = ['overview', 'jobs', 'sharing', 'people', 'settings']

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

/** The rule for every screen: a checker for accessibility finds nothing. */
export async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

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

/** Every screen once, in one theme and size. */
async function lookAtAll(
  browser: Browser,
  program: Program,
  peer: Peer,
  { name: stage, jobs, hasPeople }: PicturedStage,
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
  for (const job of jobs) await lookIntoJob(page, job, look)
  await lookAtNewRender(page, look)
  if (hasPeople) await lookAtMesh(page, look)
  await window.close()
  expect(complaints).toEqual([])
  expect(found).toEqual([])
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
  if (name === 'job-running') await expect(page.getByText(text.jobKinds.render.waitingForTiles)).toBeHidden()
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

/** Tests that picture a stage in each theme and size, all with the same peers. */
export function pictureStage(pictured: PicturedStage): void {
  test.describe(`a window, ${pictured.name}`, () => {
    let stage: Stage | undefined
    test.beforeAll(async () => {
      stage = await pictured.make()
    })
    test.afterAll(() => stage?.remove())

    for (const size of SIZES) {
      for (const theme of ['light', 'dark'] as const) {
        test(`${theme} at ${size.width} × ${size.height}: every screen is pictured, and no checker finds anything`, async ({
          browser,
          program,
        }) => {
          await lookAtAll(browser, program, standing(stage).peer, pictured, theme, size)
        })
      }
    }
  })
}
