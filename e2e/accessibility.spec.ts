import type { Page } from '@playwright/test'
import { findings } from './accessibility.ts'
import { expect, test } from './app.ts'

/** The rules that a document breaks, which has no other content than this. */
async function rulesBrokenBy(page: Page, body: string): Promise<string[]> {
  await page.setContent(
    `<html lang="en"><head><title>A page</title></head><body><main><h1>A page</h1>${body}</main></body></html>`,
  )
  return (await findings(page)).map((line) => line.split(':')[0] ?? '')
}

// The check that the pictures of all screens rely on; it needs a browser, but no peer.
test('what people with disabilities cannot use is found, with each of its places, and nothing else', async ({
  page,
}) => {
  const faint = '<p style="color: #aaa; background: #fff">Forget</p>'
  expect(await rulesBrokenBy(page, '<button>Forget</button>')).toEqual([])
  expect(await rulesBrokenBy(page, '<button></button>')).toEqual(['button-name'])
  expect(await rulesBrokenBy(page, `${faint}<p>Keep</p>${faint}`)).toEqual([
    'color-contrast',
    'color-contrast',
  ])
  // The same page again, in which the checker is loaded already.
  await page.evaluate(() => document.querySelector('p')?.remove())
  expect((await findings(page)).length).toBe(1)
})
