import { z } from 'zod'
import { Cid, Name } from './ids.ts'

/** Outputs are alike when their bytes are: for everything that computes bit for bit alike everywhere. */
export const EXACT_HASH = 'exact-hash'

/** Doubles hold all whole numbers up to about nine times this; between larger numbers a relative tolerance says more. */
const ABSOLUTE_MAX = 1e15

/** How a number is stored in an output: kind and bits, little-endian as WebAssembly stores it. */
const Element = z.enum(['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f32', 'f64'])
/** A type of number that outputs may consist of. */
export type Element = z.infer<typeof Element>

const ExactHash = z.strictObject({ name: z.literal(EXACT_HASH) })

/**
 * Outputs are arrays of numbers. Two numbers a and b are alike when |a − b| is at most `absolute`, or at most `relative`
 * times the larger of |a| and |b|; two outputs when they are equally long and at most the fraction `outliers` of their
 * numbers is unlike.
 */
const NumericTolerance = z.strictObject({
  name: z.literal('numeric-tolerance'),
  element: Element,
  absolute: z.number().min(0).max(ABSOLUTE_MAX),
  relative: z.number().min(0).max(1),
  outliers: z.number().min(0).max(1),
})
/** The tolerance of numbers. */
export type NumericTolerance = z.infer<typeof NumericTolerance>

/**
 * Outputs are pictures: PNG files, or films of render units. Two are alike when they are equally large, the root of the
 * mean square of their differences (of values from 0 to 1) is at most `rmse_max`, and their mean structural similarity
 * (1 for equal pictures) is at least `ssim_min`.
 */
const ImageLikeness = z.strictObject({
  name: z.literal('image'),
  rmse_max: z.number().min(0).max(1),
  ssim_min: z.number().min(0).max(1),
})
/** The tolerance of pictures. */
export type ImageLikeness = z.infer<typeof ImageLikeness>

/** A module that is given two outputs and says whether they are alike; `cid` names its bytes. */
const SuppliedModule = z.strictObject({ name: z.literal('module'), cid: Cid })

/** A rule by which two outputs of one unit count as the same, with its parameters. */
export const Comparator = z.discriminatedUnion('name', [
  ExactHash,
  NumericTolerance,
  ImageLikeness,
  SuppliedModule,
])
export type Comparator = z.infer<typeof Comparator>

const NAMES: ReadonlySet<string> = new Set(Comparator.options.map(({ shape }) => shape.name.value))

/** A rule of a newer version. It is kept as it came, since a later version of this program may know it. */
const NewerComparator = z
  .object({ name: Name.refine((name) => !NAMES.has(name), 'wrong parameters of a known comparator') })
  .catchall(z.json())

/**
 * A comparator as a manifest names it. Manifests of older versions have only a name; a manifest with a rule that only a
 * newer version knows is read too, so that the refusal can name the rule.
 */
export const NamedComparator = z.union([Name, Comparator, NewerComparator])
export type NamedComparator = z.infer<typeof NamedComparator>

/** The rule that a manifest names; `exact-hash` when it names none, undefined for one that this version does not know. */
export function comparatorOf(named: NamedComparator = EXACT_HASH): Comparator | undefined {
  const parsed = Comparator.safeParse(typeof named === 'string' ? { name: named } : named)
  return parsed.success ? parsed.data : undefined
}

/** A comparator's name, also of one that this version does not know. */
export function comparatorName(named: NamedComparator = EXACT_HASH): string {
  return typeof named === 'string' ? named : named.name
}

/** Whether the rule that a manifest names compares bit for bit, so that only equal engines can agree by it. */
export function comparesExactly(named?: NamedComparator): boolean {
  return comparatorName(named) === EXACT_HASH
}
