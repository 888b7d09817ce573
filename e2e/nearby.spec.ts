import type { Page } from '@playwright/test'
import { findings } from './accessibility.ts'
import { expect, go, keepPicture, test, text } from './app.ts'
import { until } from './peer.ts'

const words = text.nearby

/** The six digits in a window's dialog. */
async function digitsIn(page: Page): Promise<string> {
  const shown = page.locator('[data-number]')
  await expect(shown).toBeVisible()
  return (await shown.getAttribute('data-number')) ?? ''
}

test('two people in one network pair by a number that both screens show', async ({ peer, windowOf }) => {
  const office = await peer({ name: 'Office PC' })
  const studio = await peer({ name: 'Studio PC', near: office })
  const [studios, offices] = [await windowOf(studio), await windowOf(office, { theme: 'dark' })]
  await go(studios, 'people')
  await go(offices, 'people')
  await expect(studios.getByText(words.pc('Office PC'))).toBeVisible()
  await expect(offices.getByText(words.pc('Studio PC'))).toBeVisible()
  await keepPicture(studios, 'nearby-list-light-1280')
  await keepPicture(offices, 'nearby-list-dark-1280')
  expect(await findings(studios)).toEqual([])

  // The other side is asked on whatever screen it is.
  await go(offices, 'jobs')
  await studios.getByRole('button', { name: words.pairWith('Office PC') }).click()
  const number = await digitsIn(studios)
  expect(await digitsIn(offices)).toBe(number)
  const spoken = words.dialog.digits(
    `${number.slice(0, 3).split('').join(' ')}, ${number.slice(3).split('').join(' ')}`,
  )
  await expect(studios.getByText(spoken)).toBeAttached()
  await expect(offices.getByRole('dialog', { name: words.dialog.incoming('Studio PC') })).toBeVisible()
  // A key that was meant for something else is no yes: the focus is on the number.
  await expect(offices.locator('[data-autofocus]')).toBeFocused()
  await keepPicture(studios, 'nearby-number-light-1280')
  await keepPicture(offices, 'nearby-number-dark-1280')
  for (const page of [studios, offices]) expect(await findings(page)).toEqual([])

  await studios.getByRole('button', { name: words.dialog.match }).click()
  await expect(studios.getByText(words.dialog.waiting('Office PC'))).toBeVisible()
  expect(await studio.calls.people.list()).toEqual([])
  const slider = offices.getByRole('slider', { name: words.dialog.trust('Studio PC') })
  await slider.focus()
  await slider.press('End')
  await offices.getByRole('button', { name: words.dialog.match }).click()
  await expect(studios.getByText(words.dialog.ended.paired('Office PC'))).toBeVisible()
  await expect(offices.getByText(words.dialog.ended.paired('Studio PC'))).toBeVisible()
  await keepPicture(studios, 'nearby-paired-light-1280')
  await studios.getByRole('dialog').getByRole('button', { name: words.dialog.close }).last().click()
  await expect(studios.getByRole('slider', { name: text.people.trustIn('Office PC') })).toBeVisible()
  await expect(studios.getByText(words.pc('Office PC'))).toBeHidden()
  expect((await office.calls.people.list()).map(({ name, trust_mine }) => [name, trust_mine])).toEqual([
    ['Studio PC', 1],
  ])
})

test('when one sees another number the two are not paired, and both are told why', async ({
  peer,
  windowOf,
}) => {
  const office = await peer({ name: 'Office PC' })
  const studio = await peer({ name: 'Studio PC', near: office })
  const [studios, offices] = [await windowOf(studio, { theme: 'dark' }), await windowOf(office)]
  await go(studios, 'people')
  await studios.getByRole('button', { name: words.pairWith('Office PC') }).click()
  await digitsIn(offices)
  await keepPicture(offices, 'nearby-number-light-overview-1280')
  await offices.getByRole('button', { name: words.dialog.differ }).click()
  await expect(offices.getByRole('dialog')).toBeHidden()
  await expect(studios.getByText(words.dialog.ended.differ)).toBeVisible()
  await keepPicture(studios, 'nearby-differ-dark-1280')
  expect(await findings(studios)).toEqual([])
  expect([...(await studio.calls.people.list()), ...(await office.calls.people.list())]).toEqual([])
})

test('a PC that does not want to be seen nearby is not', async ({ peer, windowOf }) => {
  const office = await peer({ name: 'Office PC' })
  const studio = await peer({ name: 'Studio PC', near: office })
  const offices = await windowOf(office)
  await go(offices, 'people')
  const visible = offices.getByRole('switch', { name: words.visible })
  await expect(visible).toBeChecked()
  // By its key: PCs that appear above move it while a pointer is on its way.
  await visible.press(' ')
  await expect(visible).not.toBeChecked()
  await until('it is seen no more', async () => (await studio.calls.nearby.list()).pcs.length === 0)
})
