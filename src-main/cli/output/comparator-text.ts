import type { Comparator } from '#contract'

/** How the outputs of a job are compared, for people. */
export function comparatorText(comparator: Comparator): string {
  switch (comparator.name) {
    case 'exact-hash':
      return 'bit for bit'
    case 'numeric-tolerance': {
      const { element, relative, absolute, outliers } = comparator
      const bounds = [
        ...(relative > 0 || absolute === 0 ? [`${relative} of their size`] : []),
        ...(absolute > 0 ? [`${absolute}`] : []),
      ]
      const but = outliers === 0 ? '' : `, but for ${Number((outliers * 100).toPrecision(3))} % of them`
      return `as numbers (${element}), up to ${bounds.join(' or ')} apart${but}`
    }
    case 'image':
      return `as pictures: difference at most ${comparator.rmse_max}, similarity at least ${comparator.ssim_min}`
    case 'module':
      return `by the module ${comparator.cid}`
  }
}
