import type { FuzzRange, FuzzStep, Fuzzer } from '../../../fuzz.ts'
import { BATCH, batchDigest, tryBatch } from './nan-oracle.fixture.ts'

/** Random programs full of floats: metered they leave the same bits as under the oracle (rule X6). */
export const fuzzer: Fuzzer = { name: 'nan', inputs: 'programs', count: 500_000, run }

/** Whole batches: `from` is rounded down to the beginning of one, `count` up to its end. */
function* run({ seed, from, count, digestsOnly }: FuzzRange): Generator<FuzzStep> {
  const first = Math.floor(from / BATCH)
  const end = Math.ceil((from + count) / BATCH)
  for (let batch = first; batch < end; batch++) {
    if (digestsOnly) {
      yield { tried: BATCH, found: [], digest: batchDigest(seed, batch) }
      continue
    }
    const { different, digest } = tryBatch(seed, batch)
    const found = different.map((index) => ({
      index: batch * BATCH + index,
      what: `program ${index} of batch ${batch} shows other bits than under the oracle`,
    }))
    yield { tried: BATCH, found, digest }
  }
}
