import { findings } from './accessibility.ts'
import { expect, keepPicture, test, text } from './app.ts'

test('the list of shortcuts opens by its key under the page’s strict policy, in both themes', async ({
  peer,
  windowOf,
}) => {
  const { shortcuts, common } = text.frame
  const ada = await peer({ name: 'Ada’s PC' })
  for (const theme of ['light', 'dark'] as const) {
    const page = await windowOf(ada, { theme })
    await expect(page.getByRole('main')).toBeVisible()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: shortcuts.title })
    await expect(dialog).toBeVisible()
    await keepPicture(page, `shortcuts-${theme}`)
    expect(await findings(page)).toEqual([])
    await dialog.getByRole('button', { name: common.close }).click()
    await expect(dialog).toBeHidden()
  }
  // A style that the policy refuses is an error in the console, which ends the test.
})
