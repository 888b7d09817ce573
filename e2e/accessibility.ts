import type { Page } from '@playwright/test'
import axe, { type RunOptions } from 'axe-core'

/** Of rules that found nothing only the name is kept. */
const OPTIONS: RunOptions = { resultTypes: ['violations'] }

/**
 * Checks a page for accessibility. Tests expect no findings. axe runs in the page itself, in which it is loaded once, and only
 * findings come back: to describe and hand over all that is in order takes twice as long as the check.
 *
 * @returns a line for each finding
 */
export async function findings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(async (options) => {
    const { axe: checker } = window as unknown as { readonly axe: typeof axe }
    const { violations } = await checker.run(document, options)
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html}`),
    )
  }, OPTIONS)
}
