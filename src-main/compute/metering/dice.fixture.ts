/** A stream of whole numbers below a bound, the same for the same seed. */
export type Dice = (below: number) => number

/** Dice of a seed (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

/** One of several. */
export function pick<T>(roll: Dice, from: readonly T[]): T {
  const chosen = from[roll(from.length)]
  if (chosen === undefined) throw new Error('nothing to pick from')
  return chosen
}
