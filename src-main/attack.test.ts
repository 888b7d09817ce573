import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allAttacks, startVictim, type Victim } from './attack.ts'

/**
 * A short form of `npm run attack`, which goes on for longer, with a new victim for each attack, and tells all that it
 * measures.
 */
const SECONDS = 1
/** The memory and disk that all attacks at once may leave occupied. */
const GROWTH_BYTES_MAX = 64 << 20

const attacks = await allAttacks()
/** Strangers one by one, since each takes the places that others would need. */
const groups = [
  ...attacks
    .filter(({ by }) => by === 'stranger')
    .map((attack) => ({ name: `a stranger, ${attack.name}`, attacks: [attack] })),
  { name: 'contacts, all at once', attacks: attacks.filter(({ by }) => by === 'contact') },
  { name: 'everybody at once', attacks },
]

describe('a daemon under attack', () => {
  /** One folder and one contact for all attacks; its process is another one for each. */
  let victim: Victim
  beforeAll(async () => void (victim = await startVictim()))
  afterAll(() => victim.stop())

  test.each(groups)(
    'lives, grows little, does its work, and is itself after a restart: $name',
    async ({ attacks: some }) => {
      const result = await victim.attack(some, { seconds: SECONDS, growthBytesMax: GROWTH_BYTES_MAX })
      expect(result).toMatchObject({ survived: true, same_after_restart: true })
      expect(result.job_ms).toBeLessThan(Infinity)
      expect(result.held_growth_bytes).toBeLessThan(GROWTH_BYTES_MAX)
      expect(result.disk_growth_bytes).toBeLessThan(GROWTH_BYTES_MAX)
    },
  )
})
