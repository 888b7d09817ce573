import { expect, test } from 'vitest'
import { fuzzer as files } from './compute/libraries/render/files.fuzz.ts'
import { fuzz } from './fuzz.ts'
import { fuzzer as wire } from './network/wire.fuzz.ts'

/** A short form of `npm run fuzz`; modules and records have their own (compute/metering/fuzz, sim). */
test.each([
  { fuzzer: files, count: 1_000 },
  { fuzzer: wire, count: 5_000 },
])(
  'damaged $fuzzer.inputs of $fuzzer.name are read or refused, $count of them',
  async ({ fuzzer, count }) => {
    const lines: string[] = []
    const range = { seed: 2, from: 0, count, digestsOnly: false }
    const { tried, found } = await fuzz(fuzzer, range, (line) => lines.push(line))
    expect({ tried, found, lines: found > 0 ? lines : [] }).toEqual({ tried: count, found: 0, lines: [] })
  },
)
