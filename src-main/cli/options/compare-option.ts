import { basename } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Comparator } from '#contract'
import { Comparator as ComparatorSchema } from '../../protocol/comparator.ts'
import type { Cid } from '../../protocol/ids.ts'
import { issueLine } from '../../protocol/plain-issues.ts'
import { localFile, type LocalFile } from '../files/local-file.ts'

/** How outputs are compared, as an option says it: a rule with its numbers, or the file of a module that compares. */
export type CompareOption =
  | { readonly kind: 'rule'; readonly comparator: Comparator }
  | { readonly kind: 'module'; readonly file: string }

/** Said in the help, and where it is not understood. */
export const COMPARE_FORMS =
  '"exact", "numeric f32 1e-6" (then the least difference and a fraction of outliers), "image 0.05 0.9" or compare.wasm'

/** Reads the forms of `COMPARE_FORMS`. */
export function compareOption(text: string): CompareOption {
  const [name = '', ...numbers] = text.trim().split(/\s+/)
  if (numbers.length === 0 && name.endsWith('.wasm')) return { kind: 'module', file: name }
  const rule = ruleOf(name, numbers)
  if (rule === undefined) throw new InvalidArgumentError(`${COMPARE_FORMS}, please.`)
  const parsed = ComparatorSchema.safeParse(rule)
  if (parsed.success) return { kind: 'rule', comparator: parsed.data }
  throw new InvalidArgumentError(`${issueLine(parsed.error.issues)}: ${COMPARE_FORMS}, please.`)
}

/** The rule that is meant, its numbers not checked yet; undefined for another form. */
function ruleOf(name: string, given: readonly string[]): Record<string, unknown> | undefined {
  if (name === 'exact' && given.length === 0) return { name: 'exact-hash' }
  if (name === 'image' && given.length === 2) {
    const [rmse_max, ssim_min] = given.map(Number)
    return { name, rmse_max, ssim_min }
  }
  const [element, ...numbers] = given
  if (name !== 'numeric' || numbers.length < 1 || numbers.length > 3) return undefined
  const [relative, absolute = 0, outliers = 0] = numbers.map(Number)
  return { name: 'numeric-tolerance', element, relative, absolute, outliers }
}

/** The file that a comparing needs, to be uploaded. */
export async function compareFile(option: CompareOption | undefined): Promise<LocalFile | undefined> {
  return option?.kind === 'module' ? localFile(option.file, basename(option.file)) : undefined
}

/** The contract's form of the option. @param cid of the uploaded module, where there is one */
export function comparatorGiven(
  option: CompareOption | undefined,
  cid: Cid | undefined,
): { readonly comparator?: Comparator } {
  if (option?.kind === 'rule') return { comparator: option.comparator }
  return cid === undefined ? {} : { comparator: { name: 'module', cid } }
}
