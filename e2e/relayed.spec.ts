import type { Page } from '@playwright/test'
import { findings } from './accessibility.ts'
import { expect, go, keepPicture, test, text } from './app.ts'
import { openTestbed, type Testbed } from './lab/testbed.ts'
import { openInternet, type HomeOptions, type Internet } from './lab/internet.ts'
import { areConnected, pair, routeBetween } from './lab/measures.ts'
import { startLabPeer, type LabPeer } from './lab/peer.ts'
import { missingForLab, missingForRow } from './lab/requirements.ts'
import { until } from './peer.ts'

const THEMES = ['light', 'dark'] as const
const words = text.settings.network
const { link, page: personWords } = text.people

const missing = missingForLab()

// Two PCs on one machine always reach each other: what a router keeps apart takes machines of their own.
test.skip(missing !== undefined, `home routers and an internet of the test's own: ${missing ?? ''}`)
test.skip(
  ({ program }) => program === 'desktop',
  'the desktop runs its peer on this machine, behind no router',
)

// One at a time: each keeps an internet of its own and three peers busy.
test.describe.configure({ mode: 'default' })

let testbed: Testbed
let internet: Internet
let peers: LabPeer[]
test.beforeEach(async () => {
  peers = []
  testbed = await openTestbed()
  internet = await openInternet(testbed)
})
test.afterEach(async () => {
  await Promise.all(peers.map((peer) => peer.close()))
  internet.close()
  await testbed.close()
})

/** Starts a peer with a public address. */
async function startPublic(name: string): Promise<LabPeer> {
  const host = await internet.publicHost(name.toLowerCase())
  const peer = await startLabPeer(testbed.folder, { name, host, shares: false })
  peers.push(peer)
  await peer.ask((calls) => calls.preferences.set({ first_start_done: true }))
  return peer
}

/** Stops a peer and starts it again behind a router of its own. */
async function goHome(peer: LabPeer, options: HomeOptions): Promise<void> {
  const name = peer.name.toLowerCase()
  const home = await internet.home(`${name}-home`, options)
  const pc = await home.host(`${name}-pc`)
  await peer.stop()
  await peer.start(pc)
}

const linkOf = (peer: LabPeer) => peer.ask(async (calls) => (await calls.node.openUi()).url)
const reachOf = (peer: LabPeer) => peer.ask(async (calls) => (await calls.node.info()).reach)

async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await keepPicture(page, name)
  expect(await findings(page)).toEqual([])
}

/** Settings' section on the network, as a picture of the whole of it. */
async function lookAtNetwork(page: Page, name: string) {
  await go(page, 'settings')
  const section = page.getByRole('region', { name: words.title })
  await section.scrollIntoViewIfNeeded()
  await page.evaluate(() => document.fonts.ready)
  await look(page, name)
  return section
}

test('[H27] two behind home routers are shown as relayed through their friend, who sees how many', async ({
  windowAt,
}) => {
  const [ann, bob, cy] = await Promise.all([startPublic('Ann'), startPublic('Bob'), startPublic('Cy')])
  await pair(cy, ann)
  await pair(cy, bob)
  await pair(ann, bob)
  // These routers take another port for each connection, so that no direct one succeeds.
  await Promise.all([ann, bob].map((peer) => goHome(peer, { translation: 'symmetric' })))
  await until('Ann and Bob are connected', () => areConnected(ann, bob).catch(() => false))
  await until('through Cy', async () => (await routeBetween(ann, bob)) === 'relayed')
  await until('Ann knows that no peer gets in', async () => {
    const { reachability, relays } = await reachOf(ann)
    return reachability === 'closed' && relays.length > 0
  })
  for (const theme of THEMES) {
    const page = await windowAt(await linkOf(ann), { theme, size: { width: 1_280, height: 1_400 } })
    await go(page, 'people')
    await expect(page.getByText(link.relayedThrough('Cy'))).toBeVisible()
    await look(page, `reach-relayed-list-${theme}`)
    const person = page.getByRole('link', { name: 'Bob' })
    await person.focus()
    await person.press('Enter')
    await expect(page.getByRole('heading', { name: link.page.relayedThrough('Bob', 'Cy') })).toBeVisible()
    await expect(page.getByText(link.kind.relayed, { exact: true })).toBeVisible()
    await expect(page.getByText(link.relayedMeans.why)).toBeVisible()
    await expect(page.getByRole('definition').filter({ hasText: /^Cy$/ })).toBeVisible()
    await expect(page.getByText(personWords.since, { exact: true })).toBeVisible()
    await look(page, `reach-relayed-person-${theme}`)

    const section = await lookAtNetwork(page, `network-relayed-${theme}`)
    await expect(section.getByText(words.relayed('Cy'))).toBeVisible()
    await expect(section.getByText(words.router.none)).toBeVisible()
    await expect(section.getByText(/^Open http:\/\/192\.168\.1\.1 in a browser/)).toBeVisible()
    await expect(
      section.getByText(/^Forward TCP port \d+ to 192\.168\.1\.\d+: that is this PC\.$/),
    ).toBeVisible()
  }
  const cys = await windowAt(await linkOf(cy), { theme: 'light', size: { width: 1_280, height: 1_400 } })
  const section = await lookAtNetwork(cys, 'network-relaying-light')
  await expect(section.getByText(words.verdict.open)).toBeVisible()
  const relay = section.getByRole('switch', { name: words.choices.relay })
  await expect(relay).toBeChecked()
  await expect(section.getByText(/[12] connections? right now/)).toBeVisible()

  // Peers that were reached through a relay learn at once that it relays no more.
  await relay.press('Space')
  await expect(relay).not.toBeChecked()
  await until('Ann is reached through no relay', async () => (await reachOf(ann)).relays.length === 0)
  await until('Cy relays no more', async () => !(await reachOf(cy)).relaying.is_on)
})

test('[H27] a router that lets friends in because it was asked is shown with its address, until it is switched off', async ({
  windowAt,
}) => {
  const lacking = missingForRow('miniupnpd')
  test.skip(lacking !== undefined, lacking)
  const [dora, cy] = await Promise.all([startPublic('Dora'), startPublic('Cy')])
  await pair(cy, dora)
  await goHome(dora, { translation: 'restricted', mapsPorts: true })
  await until(
    'the router has mapped a port',
    async () => (await reachOf(dora)).port_mapping.state === 'mapped',
  )
  await until('Cy gets through', async () => (await reachOf(dora)).reachability === 'open')
  for (const theme of THEMES) {
    const page = await windowAt(await linkOf(dora), { theme, size: { width: 1_280, height: 1_400 } })
    const section = await lookAtNetwork(page, `network-mapped-${theme}`)
    await expect(section.getByText(words.verdict.open)).toBeVisible()
    await expect(
      section.getByText(/^Lets your people in, as this PC asked it to \((NAT-PMP|UPnP)\)$/),
    ).toBeVisible()
    await expect(section.getByText(/^At 25\.0\.\d+\.\d+:\d+, since \d\d:\d\d$/)).toBeVisible()
    if (theme === 'light') continue
    const map = section.getByRole('switch', { name: words.choices.mapPort })
    await map.press('Space')
    await expect(map).not.toBeChecked()
    await expect(section.getByText(words.router.off)).toBeVisible()
    expect((await reachOf(dora)).port_mapping).toEqual({ state: 'off', allowed: false })
  }
})
