import type { Page } from '@playwright/test'
import { findings } from './accessibility.ts'
import { expect, go, keepPicture, test, text } from './app.ts'
import { pair, until } from './peer.ts'

const BO = 'Bo’s PC'
const THEMES = ['light', 'dark'] as const
const { link } = text.people

/** Keeps a picture, and expects that a checker for accessibility finds nothing in it. */
async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await keepPicture(page, name)
  expect(await findings(page)).toEqual([])
}

/** The list of people, and one person's page, which the list leads to by keyboard. */
async function lookAtPerson(page: Page, state: string, theme: string): Promise<void> {
  await go(page, 'people')
  const person = page.getByRole('link', { name: BO })
  await expect(person).toBeVisible()
  await look(page, `reach-${state}-list-${theme}`)
  await person.focus()
  await person.press('Enter')
  await expect(page.getByRole('heading', { name: text.people.page.connection })).toBeVisible()
  await look(page, `reach-${state}-person-${theme}`)
}

test('a person is shown as direct, looked for and unreachable, with why and what to do, and direct again', async ({
  peer,
  windowOf,
}) => {
  const [ada, bo] = await Promise.all([peer({ name: 'Ada’s PC' }), peer({ name: BO })])
  await pair(ada, bo)
  const windows = await Promise.all(
    THEMES.map(async (theme) => ({ theme, page: await windowOf(ada, { theme }) })),
  )
  const stateOfBo = async () => (await ada.calls.people.list())[0]?.reach?.state
  const onEach = async (see: (page: Page, theme: string) => Promise<void>) => {
    for (const { page, theme } of windows) await see(page, theme)
  }
  await until('Bo is connected', async () => (await stateOfBo()) === 'direct')
  await onEach(async (page, theme) => {
    await go(page, 'people')
    await expect(page.getByText(/connected directly, this PC/)).toBeVisible()
    await lookAtPerson(page, 'direct', theme)
    await expect(page.getByRole('heading', { name: link.page.over.machine(BO) })).toBeVisible()
    await go(page, 'people')
  })

  await bo.stop()
  await onEach(async (page, theme) => {
    await expect(page.getByText(link.looking)).toBeVisible()
    await look(page, `reach-looking-list-${theme}`)
  })

  await until('Bo is unreachable', async () => (await stateOfBo()) === 'unreachable')
  await onEach(async (page, theme) => {
    await expect(page.getByText(/^unreachable since/)).toBeVisible()
    await lookAtPerson(page, 'unreachable', theme)
    // The port is closed where Bo was: the machine is there, and Meshwork is not.
    await expect(page.getByText(link.why.refused(1))).toBeVisible()
    await expect(page.getByText(link.todo.refused)).toBeVisible()
  })

  // The page is not reloaded: it follows the peer's news.
  await bo.start()
  await onEach(async (page) => {
    await expect(page.getByRole('heading', { name: link.page.over.machine(BO) })).toBeVisible()
  })
})

test('after a restart the same is said of an absent person, in a small window too', async ({
  peer,
  windowOf,
}) => {
  const [ada, bo] = await Promise.all([peer({ name: 'Ada’s PC' }), peer({ name: BO })])
  await pair(ada, bo)
  await bo.stop()
  await ada.stop()
  await ada.start()
  const page = await windowOf(ada, { size: { width: 900, height: 640 } })
  await go(page, 'people')
  await page.getByRole('link', { name: BO }).click()
  await expect(page.getByText(link.kind.unreachable, { exact: true })).toBeVisible()
  await expect(page.getByText(link.todo.refused)).toBeVisible()
  await look(page, 'reach-restarted-person-light-900')
})

test('Settings say how this PC is reached, and people confirm it when they are asked', async ({
  peer,
  windowOf,
}) => {
  const [ada, bo] = await Promise.all([peer({ name: 'Ada’s PC' }), peer({ name: BO })])
  const words = text.settings.network
  for (const theme of THEMES) {
    // The whole section at once: the checker takes a label that is scrolled away for none.
    const page = await windowOf(ada, { theme, size: { width: 1_280, height: 1_700 } })
    await go(page, 'settings')
    const section = page.getByRole('region', { name: words.title })
    if (theme === 'light') {
      // Before any peer is connected: connected ones are asked automatically, too.
      await expect(section.getByText(words.verdict.unknown)).toBeVisible()
      await expect(section.getByText(words.nobodyToAsk)).toBeVisible()
      await look(page, 'reach-settings-unknown-light')
      await pair(ada, bo)
      await section.getByRole('button', { name: words.check }).press('Enter')
    }
    await expect(section.getByText(words.verdict.local)).toBeVisible()
    await expect(section.getByText(new RegExp(`${BO}: ${words.outcome.open}`))).toBeVisible()
    await expect(section.getByText(words.portGiven)).toBeVisible()
    await look(page, `reach-settings-${theme}`)
  }
})

test('[H27] what this PC does for its friends is chosen in Settings, and an address that makes no sense is said at its field', async ({
  peer,
  windowOf,
}) => {
  const [ada, bo] = await Promise.all([peer({ name: 'Ada’s PC' }), peer({ name: BO })])
  const page = await windowOf(ada, { size: { width: 900, height: 1_700 } })
  const words = text.settings.network
  await go(page, 'settings')
  const section = page.getByRole('region', { name: words.title })
  const reach = async () => (await ada.calls.node.info()).reach

  const relay = section.getByRole('switch', { name: words.choices.relay })
  await expect(relay).not.toBeChecked()
  await expect(section.getByText(words.choices.autoOff)).toBeVisible()
  await relay.focus()
  await relay.press('Space')
  await expect(relay).toBeChecked()
  await expect(section.getByText(words.choices.lines(0, '0'))).toBeVisible()
  expect((await reach()).relaying).toEqual({ choice: 'on', is_on: true, lines: 0 })
  const map = section.getByRole('switch', { name: words.choices.mapPort })
  await map.press('Space')
  await expect(section.getByText(words.router.off)).toBeVisible()
  expect((await reach()).port_mapping.allowed).toBe(false)

  const [address = ''] = (await bo.calls.node.info()).addresses
  const field = section.getByRole('textbox', { name: words.join.label })
  await field.fill('/ip4/192.0.2.7/tcp/4001')
  await field.press('Enter')
  await expect(section.getByText(/does not say which peer to join the network through/)).toBeVisible()
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await expect(field).toBeFocused()
  await look(page, 'network-choices-refused-light-900')
  await field.fill(address)
  await field.press('Enter')
  const listed = section.getByRole('listitem').filter({ hasText: address })
  await expect(listed).toBeVisible()
  await expect(field).toHaveValue('')
  await field.fill(address)
  await field.press('Enter')
  await expect(section.getByText(words.join.listed)).toBeVisible()
  await field.press('Escape')
  await page.emulateMedia({ colorScheme: 'dark' })
  await look(page, 'network-choices-dark-900')
  await section.getByRole('button', { name: words.join.remove(address) }).press('Enter')
  await expect(listed).toBeHidden()
  await expect(field).toBeFocused()
  expect((await reach()).join_through).toEqual([])
  await page.getByRole('button', { name: text.frame.common.undo }).click()
  await expect(listed).toBeVisible()
  await until('it is listed again', async () => (await reach()).join_through.includes(address))

  // A change that the peer did not make is not shown as made.
  await expect(relay).toBeChecked()
  await ada.kill()
  await relay.press('Space')
  await expect(relay).toBeChecked()
})
