import { chromium, type Page } from '@playwright/test'
import type { Benchmark } from '../src-main/bench.ts'
import { go, openWindow, text } from './app.ts'
import { CHROMIUM_FLAGS, findChromium } from './chromium.ts'
import { buildInterface } from './interface-build.ts'
import { crowdedStage } from './nodes.ts'

/** Wheel turns, one a frame: some seconds of scrolling. */
const FRAMES = 240
const PIXELS_PER_FRAME = 120
/** A page that holds nothing but text of the same height, scrolled in the same run: what the machine itself can do. */
const PLAIN_ROWS = 10_000
const TARGET = 'as many frames a second as a plain page, within 10 %'

/**
 * How smoothly a window scrolls with 200 people, and with a job of 10,000 units: frames a second as the page sees them,
 * against a plain page of 10,000 lines in the same browser. Skipped where there is no Chromium.
 */
export const benchmark: Benchmark = {
  name: 'scroll',
  async run(report) {
    const executablePath = findChromium()
    if (executablePath === undefined) {
      process.stdout.write('scroll: SKIPPED, there is no Chromium on this machine\n')
      return
    }
    if ((await buildInterface()) !== 0) throw new Error('the interface could not be built')
    const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS })
    const stage = await crowdedStage()
    try {
      const plain = await browser.newPage()
      await plain.setContent(
        `<div style="height:700px;overflow:auto">${Array.from({ length: PLAIN_ROWS }, (_, i) => `<p>unit ${i}</p>`).join('')}</div>`,
      )
      const control = await framesPerSecond(plain, 'div')
      await plain.close()
      const window = await openWindow(browser, 'browser', stage.peer)
      const { page } = window
      await go(page, 'people')
      await page.getByRole('slider').first().waitFor()
      const people = await framesPerSecond(page, scrolledPart)
      await go(page, 'jobs')
      await page.getByRole('link', { name: text.jobs.openJob('Protein folds of the whole family') }).click()
      await page.getByRole('button', { name: text.jobs.unitsTable.show }).click()
      await page.getByRole('table', { name: text.jobs.unitsTable.title }).waitFor()
      const units = await framesPerSecond(page, scrolledPart)
      await window.close()
      for (const [metric, value] of [
        ['200 people, scrolled', people],
        ['10,000 units, scrolled', units],
      ] as const) {
        const ratio = value / control
        report({
          metric,
          value,
          unit: 'frames/s',
          ratio,
          versus: 'a plain page',
          target: TARGET,
          met: ratio >= 0.9,
        })
      }
    } finally {
      await browser.close()
      await stage.remove()
    }
  },
}

/** The largest part of the page that scrolls. */
const scrolledPart = '[data-scrolls], main'

/** Scrolls with the wheel, one turn a frame, and counts the frames that the page got. */
async function framesPerSecond(page: Page, selector: string): Promise<number> {
  return page.evaluate(
    ([wanted, frames, step]) =>
      new Promise<number>((resolve) => {
        const candidates = [...document.querySelectorAll(wanted), document.scrollingElement ?? document.body]
        const inside = [...document.querySelectorAll('*')]
        const scrollable = [...candidates, ...inside].filter(
          (part) => part.scrollHeight > part.clientHeight + 1_000,
        )
        const part = scrollable.sort((a, b) => b.scrollHeight - a.scrollHeight)[0]
        if (part === undefined) throw new Error('nothing here scrolls')
        let seen = 0
        let startMs = 0
        const onFrame = (nowMs: number): void => {
          if (seen === 0) startMs = nowMs
          if (seen++ === frames) {
            resolve((frames * 1_000) / (nowMs - startMs))
            return
          }
          part.scrollTop += step
          requestAnimationFrame(onFrame)
        }
        requestAnimationFrame(onFrame)
      }),
    [selector, FRAMES, PIXELS_PER_FRAME] as const,
  )
}
