import { findings } from './accessibility.ts'
import { expect, keepPicture, test, text } from './app.ts'
import { cutOff } from './cut-off.ts'
import { emptyStage } from './nodes.ts'
import { NARROWEST, pictureStage, settle, WIDE } from './screens.ts'

pictureStage({ name: 'empty', make: emptyStage, jobs: [], hasPeople: false })

test('the first start is pictured too', async ({ peer, windowOf }) => {
  const fresh = await peer({ name: 'Studio PC' })
  for (const theme of ['light', 'dark'] as const) {
    await fresh.calls.preferences.set({ first_start_done: false })
    const page = await windowOf(fresh, { atFirstStart: true, theme })
    for (const step of ['pc', 'when', 'whom'] as const) {
      await expect(page.getByRole('heading', { name: text.start[step].title })).toBeVisible()
      await settle(page)
      await keepPicture(page, `start-${step}-${theme}-1280`)
      expect(await findings(page)).toEqual([])
      expect(await cutOff(page)).toEqual([])
      await page.setViewportSize(NARROWEST)
      await settle(page)
      await keepPicture(page, `start-${step}-${theme}-200-percent`)
      expect(await cutOff(page)).toEqual([])
      await page.setViewportSize(WIDE)
      if (step !== 'whom') await page.getByRole('button', { name: text.start.next }).click()
    }
  }
})
