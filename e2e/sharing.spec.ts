import type { Page } from '@playwright/test'
import { expect, go, keepPicture, test, text } from './app.ts'
import { cutOff } from './cut-off.ts'
import { pair, until, untilMeasured, type Peer } from './peer.ts'
import { ballsScene } from './scenes.ts'
import { NARROW, settle, WIDE } from './screens.ts'
import { submitScene } from './submit.ts'

/** A half hour of the week's grid. */
function cell(page: Page, day: string, from: string) {
  return page.getByRole('gridcell', { name: new RegExp(`^${day} ${from} `) })
}

/** Paints from one half hour to another as a hand would, in small moves. */
async function paint(page: Page, day: string, from: string, last: string): Promise<void> {
  const [start, end] = [await cell(page, day, from).boundingBox(), await cell(page, day, last).boundingBox()]
  if (start === null || end === null) throw new Error('the grid is not on the page')
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2)
  await page.mouse.down()
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 12 })
  await page.mouse.up()
}

/** A week without any hours, to paint on: the window itself begins with nights and weekends. */
async function beginWeek(peer: Peer): Promise<void> {
  const resources = { cpu_cores: 1, ram_gb: 1 }
  const plan = { time_zone: 'Europe/Berlin', resources, priority: 0.5, blocks: [], exceptions: [] }
  await peer.calls.node.setAvailability({ sharing: { kind: 'week', plan } })
}

/** The stretches that a peer shares, by weekday. */
async function blocksOf(peer: Peer) {
  const { sharing } = await peer.calls.node.info()
  return sharing.kind === 'week'
    ? sharing.plan.blocks.map(({ day, start_minute, minutes }) => ({ day, start_minute, minutes }))
    : []
}

test('a painted week is what the peer publishes', async ({ peer, windowOf }) => {
  const [ada, bo] = await Promise.all([peer({ name: 'Ada’s PC' }), peer({ name: 'Bo’s PC' })])
  await pair(ada, bo)
  await beginWeek(ada)
  const page = await windowOf(ada)
  await go(page, 'sharing')
  await paint(page, 'Monday', '22:00', '23:30')
  await paint(page, 'Wednesday', '09:00', '11:30')
  await until('the plan is kept', async () => (await blocksOf(ada)).length === 2)
  expect(await blocksOf(ada)).toEqual(
    expect.arrayContaining([
      { day: 0, start_minute: 22 * 60, minutes: 120 },
      { day: 2, start_minute: 9 * 60, minutes: 180 },
    ]),
  )
  const { sharing } = await ada.calls.node.info()
  expect(sharing.kind === 'week' && sharing.plan.time_zone).toBe('Europe/Berlin')
  // Painting over what is shared takes it back.
  await paint(page, 'Monday', '22:00', '23:30')
  await until('Monday is taken back', async () => (await blocksOf(ada)).length === 1)
})

test('the week as a list and as a grid is seen whole in every window', async ({ peer, windowOf }) => {
  const ada = await peer({ name: 'Ada’s PC' })
  const resources = { cpu_cores: 1, ram_gb: 1 }
  const blocks = [0, 2, 5].map((day) => ({ day, start_minute: 22 * 60, minutes: 9 * 60 }))
  const plan = { time_zone: 'Europe/Berlin', resources, priority: 0.5, blocks, exceptions: [] }
  await ada.calls.node.setAvailability({ sharing: { kind: 'week', plan } })
  const page = await windowOf(ada)
  await go(page, 'sharing')
  for (const view of ['grid', 'list'] as const) {
    await page.getByText(view === 'grid' ? text.sharing.grid.asGrid : text.sharing.grid.asList).click()
    for (const size of [WIDE, ...NARROW]) {
      await page.setViewportSize(size)
      await settle(page)
      await keepPicture(page, `week-${view}-${size.width}`)
      expect(await cutOff(page), `${view}, ${size.width}`).toEqual([])
    }
  }
  await page.setViewportSize(WIDE)
  const row = page.getByRole('list', { name: text.sharing.block.listLabel }).getByRole('listitem').first()
  const tops = await row
    .getByRole('combobox')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top))
  expect(new Set(tops).size, 'a block of the list is one line').toBe(1)
})

test('the week can be painted by keyboard alone, across midnight into the next week', async ({
  peer,
  windowOf,
}) => {
  const ada = await peer({ name: 'Ada’s PC' })
  await beginWeek(ada)
  const page = await windowOf(ada)
  await go(page, 'sharing')
  await page.locator('[role=gridcell][tabindex="0"]').focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.press('ArrowLeft')
  await expect(cell(page, 'Sunday', '23:00')).toBeFocused()
  for (let half = 0; half < 3; half++) await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Space')
  await until('two hours are shared', async () => (await blocksOf(ada)).length === 1)
  expect(await blocksOf(ada)).toEqual([{ day: 6, start_minute: 23 * 60, minutes: 120 }])
})

test('a pause stops work for others and says so; the work is done elsewhere', async ({ peer, windowOf }) => {
  const [ada, bo, cy] = await Promise.all([
    peer({ name: 'Ada’s PC' }),
    peer({ name: 'Bo’s PC', cores: 1 }),
    peer({ name: 'Cy’s PC', cores: 1 }),
  ])
  await Promise.all([pair(ada, bo), pair(ada, cy)])
  await Promise.all([ada, bo, cy].map(untilMeasured))
  const page = await windowOf(bo)
  // Two peers for each unit: on a busy machine Ada's own is done with all before anybody else's output is here.
  const job = await submitScene(ada, ballsScene(), { width: 480, height: 320, spp: 12, redundancy: 2 })
  await until('Bo computes', async () => (await unitsOf(bo)) > 0)
  await page.getByRole('button', { name: text.frame.pause.button, exact: true }).click()
  await page.getByRole('menuitem', { name: text.frame.pause.untilResume }).click()
  await until('nothing of others runs at Bo’s', async () => (await unitsOf(bo)) === 0)
  // Units that were late before, on a machine as busy as this, are another matter.
  const lateBefore = (await recordOf(ada, 'Bo’s PC'))?.expired
  await expect(page.getByText(text.frame.status.paused).first()).toBeVisible()
  expect((await bo.calls.sharing.get()).now.kind).toBe('paused-by-user')
  // The requester does not blame Bo, and the rest is computed by others.
  await until(
    'the picture is done',
    async () => (await ada.calls.jobs.status({ job_id: job })).state.kind === 'done',
  )
  const record = await recordOf(ada, 'Bo’s PC')
  expect([record?.failed, record?.expired, record?.rejected]).toEqual([0, lateBefore, 0])
  await page.getByRole('button', { name: text.frame.pause.resume }).first().click()
  await until('Bo shares again', async () => (await bo.calls.sharing.get()).now.kind === 'sharing')

  // Ada thanks those who helped, with a small picture, and Cy sees it.
  await ada.calls.preferences.set({ show_pictures_to_helpers: true })
  const adas = await windowOf(ada)
  await adas
    .getByRole('region', { name: text.thanks.label })
    .getByRole('button', { name: /^Thank/ })
    .click()
  await expect(adas.getByText(text.thanks.thanked, { exact: true })).toBeVisible()
  await until('Cy is thanked', () => isThanked(cy))
  const cys = await windowOf(cy)
  const report = cys.getByRole('complementary', { name: text.thanks.report.label })
  await expect(report).toContainText(text.thanks.report.thanks('Ada’s PC'))
  const picture = report.getByRole('img', { name: text.thanks.report.pictureOf('Ada’s PC') })
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(64)
  await report.getByRole('button', { name: text.thanks.dismiss }).click()
  await expect(report).toHaveCount(0)
  expect((await cy.calls.report.get()).people).toEqual([])
})

/** Whether somebody's thanks have come to a peer. */
async function isThanked(peer: Peer): Promise<boolean> {
  return (await peer.calls.report.get()).people.some(({ thanks_count }) => thanks_count > 0)
}

/** A peer's record of its work for another one. */
async function recordOf(peer: Peer, person: string) {
  const people = await peer.calls.people.list()
  return people.find(({ name }) => name === person)
}

/** Units of others that a peer computes at this moment. */
async function unitsOf(peer: Peer): Promise<number> {
  for await (const { units_here } of await peer.calls.news.watch()) {
    return (units_here ?? []).filter(({ is_own }) => !is_own).length
  }
  return 0
}
