import type { Page } from '@playwright/test'
import { expect, go, test, text } from './app.ts'
import { pair, until } from './peer.ts'

/** My code, as the window shows it. */
async function codeIn(page: Page): Promise<string> {
  await go(page, 'people')
  const box = page.getByRole('textbox', { name: text.people.mine.code })
  const add = page.getByRole('button', { name: text.people.add })
  await expect(box.or(add).first()).toBeVisible()
  if (!(await box.isVisible())) await add.click()
  await expect(box).toHaveText(/^meshwork:/)
  return (await box.textContent()) ?? ''
}

test('two people pair by a code, which one gives, the other enters and the first accepts', async ({
  peer,
  windowOf,
}) => {
  const [ada, bo] = await Promise.all([
    peer({ name: 'Ada’s PC', cores: 1 }),
    peer({ name: 'Bo’s PC', cores: 1 }),
  ])
  const [adas, bos] = [await windowOf(ada), await windowOf(bo)]
  const code = await codeIn(adas)
  await codeIn(bos)
  await bos.getByRole('textbox', { name: text.people.enter.label }).fill(code)
  await bos.getByRole('button', { name: text.people.enter.pair, exact: true }).click()
  await expect(bos.getByText(/has been asked, and needs to accept/)).toBeVisible()
  await expect(bos.getByText(/Waiting for .* to accept/)).toBeVisible()

  await expect(adas.getByText(text.people.requests.incoming('Bo’s PC'))).toBeVisible()
  await adas.getByRole('button', { name: text.people.requests.accept }).click()

  await expect(adas.getByRole('slider', { name: text.people.trustIn('Bo’s PC') })).toBeVisible()
  await expect(bos.getByRole('slider', { name: text.people.trustIn('Ada’s PC') })).toBeVisible()
  await expect(adas.getByText(/connected directly/)).toBeVisible()
  expect((await ada.calls.people.list()).map(({ name }) => name)).toEqual(['Bo’s PC'])
})

test('a declined person is not let in, and hears of it', async ({ peer, windowOf }) => {
  const [ada, bo] = await Promise.all([peer({ name: 'Ada’s PC' }), peer({ name: 'Bo’s PC' })])
  const adas = await windowOf(ada)
  const { code } = await ada.calls.people.invite({ trust: 0.5, valid_minutes: 5, confirm: true })
  expect((await bo.calls.people.pair({ code, trust: 0.5 })).state).toBe('waiting')
  await go(adas, 'people')
  await adas.getByRole('button', { name: text.people.requests.decline }).click()
  await until('Bo waits no longer', async () => (await bo.calls.people.requests()).length === 0)
  expect(await ada.calls.people.list()).toEqual([])
  expect(await bo.calls.people.list()).toEqual([])
})

test('a trust slider changes the tier that the other side sees', async ({ peer, windowOf }) => {
  const [ada, bo] = await Promise.all([
    peer({ name: 'Ada’s PC', cores: 1 }),
    peer({ name: 'Bo’s PC', cores: 1 }),
  ])
  await pair(ada, bo, 0.75)
  const [adas, bos] = [await windowOf(ada), await windowOf(bo)]
  await go(adas, 'people')
  await go(bos, 'people')
  await expect(bos.getByText(text.people.theirs.much)).toBeVisible()
  await expect(bos.getByText(text.people.tier.first)).toBeVisible()
  const slider = adas.getByRole('slider', { name: text.people.trustIn('Bo’s PC') })
  await slider.focus()
  await slider.press('Home')
  await expect(bos.getByText(text.people.theirs.none)).toBeVisible()
  await expect(bos.getByText(text.people.tier.second)).toBeVisible()
  await slider.press('End')
  await expect(bos.getByText(text.people.theirs.full)).toBeVisible()
  await expect(bos.getByText(text.people.tier.first)).toBeVisible()
})

test('a blocked person is gone and cannot come back by a code', async ({ peer, windowOf }) => {
  const [ada, bo] = await Promise.all([peer({ name: 'Ada’s PC' }), peer({ name: 'Bo’s PC' })])
  await pair(ada, bo)
  const adas = await windowOf(ada)
  await go(adas, 'people')
  await adas.getByRole('button', { name: text.people.more('Bo’s PC') }).click()
  await adas.getByRole('menuitem', { name: text.people.block.action }).click()
  await adas.getByRole('button', { name: text.people.block.confirm, exact: true }).click()
  await until('Bo is forgotten', async () => (await ada.calls.people.list()).length === 0)
  const { code } = await ada.calls.people.invite({ trust: 0.5, valid_minutes: 5 })
  await expect(bo.calls.people.pair({ code, trust: 0.5 })).rejects.toThrow()
  expect((await ada.calls.people.blocked()).map(({ name }) => name)).toEqual(['Bo’s PC'])
})
