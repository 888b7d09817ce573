import { expect, test, text } from './app.ts'

test.describe('access to the user interface', () => {
  test.skip(({ program }) => program === 'desktop', 'the desktop has a window of its own instead of links')

  test('a browser without a link is told how to get one', async ({ peer, page }) => {
    const alone = await peer({ name: 'Attic' })
    const { origin } = new URL(await alone.link())
    const reply = await page.goto(origin)
    expect(reply?.status()).toBe(401)
    await expect(page.getByText('meshctl ui')).toBeVisible()
  })

  test('a wrong, a cut and a used link open nothing', async ({ peer, page, context }) => {
    const alone = await peer({ name: 'Attic' })
    await alone.calls.preferences.set({ first_start_done: true })
    const link = await alone.link()
    expect((await page.goto(link.replace(/t=..../, 't=AAAA')))?.status()).toBe(401)
    expect((await page.goto(link.slice(0, -5)))?.status()).toBe(401)
    await page.goto(link)
    await expect(page.getByRole('navigation', { name: text.frame.navigation })).toBeVisible()
    await context.clearCookies()
    expect((await page.goto(link))?.status()).toBe(401)
  })

  test('a page of another origin can neither connect nor read', async ({ peer, windowOf }) => {
    const alone = await peer({ name: 'Attic' })
    const page = await windowOf(alone)
    const { host } = new URL(page.url())
    const stranger = await page.context().newPage()
    // The same browser with the same cookies, at the other name of this machine: another site to the browser.
    await stranger.goto(`http://localhost:${host.split(':')[1] ?? ''}/healthz`)
    const outcome = await stranger.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url)
          socket.onopen = () => resolve('open')
          socket.onerror = () => resolve('refused')
        }),
      `ws://${host}/api`,
    )
    expect(outcome).toBe('refused')
  })

  test('what could not be loaded while the node was away is there once it is back', async ({
    peer,
    page,
  }) => {
    const alone = await peer({ name: 'Attic' })
    await alone.calls.preferences.set({ first_start_done: true })
    await page.goto(await alone.link())
    await page.getByRole('link', { name: text.frame.screens.jobs }).click()
    await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible()
    await alone.kill()
    await expect(page.getByText(text.frame.connection.lost)).toBeVisible()
    // The form is a file of its own, which this window has not fetched yet.
    await page.evaluate(() => (location.hash = '#/jobs/new'))
    await expect(page.getByRole('heading', { name: text.frame.common.notLoaded })).toBeVisible()
    await alone.start()
    await expect(page.getByRole('heading', { name: text.frame.common.notLoaded })).toBeHidden()
    await expect(page.getByRole('heading', { name: text.jobKinds.render.newTitle })).toBeVisible()
  })

  test('a session that is no longer known shows what to do, in the window itself', async ({
    peer,
    windowOf,
  }) => {
    const alone = await peer({ name: 'Attic' })
    const page = await windowOf(alone)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    // The other screens are fetched in the background; a file that is refused would be a complaint of its own.
    await page.waitForFunction(
      (screens) => {
        const fetched = performance.getEntriesByType('resource').map(({ name }) => name)
        return screens.every((screen) => fetched.some((name) => name.includes(`/${screen}-screen-`)))
      },
      ['overview', 'jobs', 'sharing', 'people', 'settings'],
    )
    await page.waitForLoadState('networkidle')
    await page.context().clearCookies()
    await alone.kill()
    await alone.start()
    await expect(page.getByText(text.frame.connection.refusedTitle)).toBeVisible()
  })
})
