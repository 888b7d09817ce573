import type { FuzzRange, FuzzStep, Fuzzer } from '../../../fuzz.ts'
import { campaignCorpus, mutant, tryMutant } from './campaign.fixture.ts'

/** Modules of a step: a second's work. */
const STEP = 500

/** Damaged modules: refused by a fault, or valid when instrumented and as before (rules X1, X2). */
export const fuzzer: Fuzzer = { name: 'injector', inputs: 'modules', count: 200_000, run }

function* run({ seed, from, count }: FuzzRange): Generator<FuzzStep> {
  const corpus = campaignCorpus()
  for (let first = from; first < from + count; first += STEP) {
    const end = Math.min(first + STEP, from + count)
    const found: { index: number; what: string }[] = []
    for (let index = first; index < end; index++) {
      const what = wrongWith(mutant(corpus, seed, index))
      if (what !== undefined) found.push({ index, what })
    }
    yield { tried: end - first, found }
  }
}

/** The promise that the injector broke with a module. */
function wrongWith(bytes: Uint8Array): string | undefined {
  try {
    tryMutant(bytes)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
