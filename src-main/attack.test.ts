import { describe, expect, test } from 'vitest'
import { allAttacks, attackVictim } from './attack.ts'

/** A short form of `npm run attack`, which goes on for longer and tells all that it measures. */
const SECONDS = 1
/** What may be left in memory or on disk. The process's garbage of a moment is most of it: nobody can ask it to collect. */
const GROWTH_BYTES_MAX = 128 << 20

const attacks = await allAttacks()

describe('a daemon under attack', () => {
  test.each(attacks.map((attack) => ({ name: `${attack.by}: ${attack.name}`, attack })))(
    'lives, grows little, and is itself after a restart: $name',
    async ({ attack }) => {
      const result = await attackVictim(attack, SECONDS)
      expect(result).toMatchObject({ survived: true, same_after_restart: true })
      expect(result.memory_growth_bytes).toBeLessThan(GROWTH_BYTES_MAX)
      expect(result.disk_growth_bytes).toBeLessThan(GROWTH_BYTES_MAX)
    },
  )
})
