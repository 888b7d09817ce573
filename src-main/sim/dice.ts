/**
 * The only randomness of a simulation: the same seed throws the same numbers on every machine.
 */
export interface Dice {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** Whether something of this probability happens. */
  chance(probability: number): boolean
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): T[]
  /** Dice of their own, so that what one part throws does not change what another gets. */
  fork(): Dice
}

/** Throws before the first number counts: sfc32 needs a few rounds until every bit of the seed is everywhere. */
const WARM_UP_ROUNDS = 15

/** Dice by sfc32 (C. Doty-Humphrey, PractRand): 128 bits of state, small and fast; nothing secret hangs on it. */
export function createDice(seed: number): Dice {
  let a = seed | 0
  let b = Math.floor(seed / 2 ** 32) | 0
  let c = 0x9e3779b9 | 0
  let counter = 1

  function bits(): number {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    c |= 0
    return t >>> 0
  }

  function next(): number {
    return bits() / 2 ** 32
  }

  function between(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1))
  }

  for (let round = 0; round < WARM_UP_ROUNDS; round++) bits()

  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      const picked = list[between(0, list.length - 1)]
      if (picked === undefined) throw new RangeError('nothing to pick from')
      return picked
    },
    shuffle<T>(list: readonly T[]): T[] {
      const rest = [...list]
      const shuffled: T[] = []
      while (rest.length > 0) shuffled.push(...rest.splice(between(0, rest.length - 1), 1))
      return shuffled
    },
    fork: () => createDice(bits() * 2 ** 21 + (bits() >>> 11)),
  }
}
