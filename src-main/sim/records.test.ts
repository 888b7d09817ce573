import { expect, test } from 'vitest'
import { fuzz } from '../fuzz.ts'
import { fuzzer } from './records.fuzz.ts'

/** `npm run fuzz -- records` tries 500,000. */
const VALUES = 5_000

/** A short form of `npm run fuzz -- records`. */
test('[P8] damaged records, snapshots, messages and published states are read or refused', async () => {
  const lines: string[] = []
  const range = { seed: 2, from: 0, count: VALUES, digestsOnly: false }
  const { found } = await fuzz(fuzzer, range, (line) => lines.push(line))
  expect(found > 0 ? lines : []).toEqual([])
})
