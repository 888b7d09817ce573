import { describe, expect, it } from 'vitest'
import { dice, pick } from '../dice.fixture.ts'
import { meterModule } from '../meter.ts'
import { instantiateMetered } from '../metered-instance.ts'
import { everySource, nanPatches } from './nan-bits.ts'
import { openModule, patchModule } from './insert.fixture.ts'
import { memoryAfter } from './patches.fixture.ts'
import { nanProgram } from './program.fixture.ts'
import { wat } from '../wat.fixture.ts'

describe('behaviour', () => {
  it('is as if every result of arithmetic were made canonical, in random programs', () => {
    let [everywhere, placed, visible] = [0, 0, 0]
    for (let seed = 0; seed < 400; seed++) {
      const bytes = wat(nanProgram(seed))
      const expected = memoryAfter(
        patchModule(bytes, (_, code) => {
          const patches = everySource(code)
          everywhere += patches.length
          return patches
        }),
        seed,
      )
      const actual = patchModule(bytes, (types, code) => {
        const patches = nanPatches(types, code)
        placed += patches.length
        return patches
      })
      expect(memoryAfter(actual, seed), `seed ${seed}`).toBe(expected)
      if (memoryAfter(bytes, seed) !== expected) visible++
    }
    // Otherwise the programs would show nothing: on this machine, most that see a NaN would without patches.
    expect(visible).toBeGreaterThan(80)
    expect(placed).toBeLessThan(everywhere * 0.6)
  })

  it('is the same under the meter', () => {
    const options = { memoryPagesMax: 1, tableElementsMax: 0, nanBits: 'canonical' } as const
    for (let seed = 400; seed < 460; seed++) {
      const bytes = wat(nanProgram(seed))
      const metered = memoryAfter(meterModule(bytes, options).bytes, seed, (module) =>
        instantiateMetered(module, {}, { fuel: 1e9 }),
      )
      const expected = patchModule(bytes, (_, code) => everySource(code))
      expect(metered, `seed ${seed}`).toBe(memoryAfter(expected, seed))
    }
  })

  it('is that of bytes which are no program, too: anything, but an end', () => {
    const roll = dice(7)
    const { types, functions } = openModule(wat(nanProgram(3)))
    for (let round = 0; round < 3_000; round++) {
      const { bytes, start, end, type, locals } = pick(roll, functions)
      const mutated = bytes.slice()
      for (let left = 1 + roll(8); left > 0; left--) mutated[start + roll(end - start)] = roll(256)
      const patches = nanPatches(types, { bytes: mutated, start, end, type, locals })
      expect(patches.length).toBeLessThanOrEqual(end - start)
    }
  })
})
