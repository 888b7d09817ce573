import { z } from 'zod'

/** Something that was computed: a digest of its bits, and the fuel that it took where it is metered. */
export const Computed = z.strictObject({
  name: z.string(),
  fuel: z.number().exactOptional(),
  digest: z.string(),
})
export type Computed = z.infer<typeof Computed>

/** The output of `compute.fixture.ts`: the machine, as Node names it, and all that it computed, in order. */
export const RunOutput = z.strictObject({
  arch: z.string(),
  node: z.string(),
  computed: z.array(Computed),
})
export type RunOutput = z.infer<typeof RunOutput>

/** A run and the words by which lines name it: `arm64 (Liftoff)`. */
export interface NamedRun {
  readonly label: string
  readonly output: RunOutput
}

/** A thing that runs computed: the same in all of them, or a line that says which differs from the first and how. */
export type Comparison =
  | { readonly kind: 'same'; readonly name: string; readonly fuel?: number; readonly digest: string }
  | { readonly kind: 'different'; readonly name: string; readonly message: string }

/**
 * Compares runs with the first of them, thing by thing: digests and fuel. A thing that a run lacks, or that only a
 * later run has, differs. A name that occurs twice differs too, since one of the two would not be compared.
 */
export function compareRuns(first: NamedRun, others: readonly NamedRun[]): Comparison[] {
  const runs = [first, ...others]
  const names = new Set(runs.flatMap(({ output }) => output.computed.map(({ name }) => name)))
  return Array.from(names, (name): Comparison => {
    const found = runs.map(({ label, output }) => ({
      label,
      words: wordsOf(output.computed.filter((one) => one.name === name)),
    }))
    const [expected, ...rest] = found
    const different = rest.filter(({ words }) => words !== expected?.words)
    const [one, ...more] = first.output.computed.filter((computed) => computed.name === name)
    if (one !== undefined && more.length === 0 && different.length === 0) return { kind: 'same', ...one }
    const message = found.map(({ label, words }) => `${words} on ${label}`).join(', ')
    return { kind: 'different', name, message }
  })
}

function wordsOf(all: readonly Computed[]): string {
  const [one, ...more] = all
  if (one === undefined) return 'nothing'
  if (more.length > 0) return `${all.length} of the same name`
  return one.fuel === undefined ? one.digest : `${one.digest} for ${one.fuel} fuel`
}
