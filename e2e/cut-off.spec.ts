import type { Page } from '@playwright/test'
import { expect, test } from './app.ts'
import { cutOff } from './cut-off.ts'

const button = (style: string) => `<button style="position: static; width: 100px; ${style}">Forget</button>`

/** What is found in a window of 640 × 400 with nothing else in it. */
async function foundIn(page: Page, body: string): Promise<number> {
  await page.setContent(`<body style="margin: 0">${body}</body>`)
  return (await cutOff(page)).length
}

// The check that the pictures of all screens rely on; it needs a browser's layout, but no peer.
test('a control that is cut off or out of reach is found, and one within reach is not', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 400 })
  const cut = [
    button('margin-left: 600px'),
    `<div style="width: 80px; overflow: hidden">${button('')}</div>`,
    `<div style="height: 10px; overflow: clip">${button('')}</div>`,
    `<div style="width: 80px; overflow: hidden"><div style="width: 200px">${button('margin-left: 90px')}</div></div>`,
    `<div tabindex="-1" style="width: 80px; overflow: auto">${button('')}</div>`,
    `<div role="list" tabindex="0" style="width: 80px; overflow: auto">${button('')}</div>`,
    '<p style="width: 8px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap"><a href="/">Ada Lovelace</a></p>',
    '<div style="height: 50px; overflow: hidden"><input style="margin-top: 60px"></div>',
    '<div role="slider" aria-label="Trust" style="margin-left: 630px; width: 40px; height: 20px"></div>',
    '<select style="width: 60px"><option>Wednesday</option></select>',
    `<p tabindex="0" style="width: 80px; height: 30px; overflow: auto; overflow-wrap: anywhere">${'A1'.repeat(40)}</p>`,
    '<p style="width: 20px; overflow: hidden; white-space: nowrap">Ada Lovelace</p>',
  ]
  for (const body of cut) expect(await foundIn(page, body), body).toBeGreaterThan(0)
  const whole = [
    button(''),
    '<select><option>Wednesday</option></select>',
    `<p style="width: 80px; overflow: auto; overflow-wrap: anywhere">${'A1'.repeat(40)}</p>`,
    `<div style="height: 40px; overflow: auto">${button('margin-top: 900px')}</div>`,
    `<div tabindex="0" style="width: 80px; overflow: auto">${button('')}</div>`,
    '<p style="width: 80px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap"><a href="/">Ada Lovelace of London</a></p>',
    `<a href="#main" style="position: absolute; top: -100px">Skip</a>${button('')}`,
    `<div style="position: absolute; clip-path: inset(50%); width: 20px; overflow: hidden">${button('')}</div>`,
    `<div style="width: 80px; overflow: hidden"><div style="position: absolute">${button('')}</div></div>`,
  ]
  for (const body of whole) expect(await foundIn(page, body), body).toBe(0)
})
