/** A time in which a peer works at one speed. */
export interface Stretch {
  /** Milliseconds from now. */
  readonly fromMs: number
  readonly untilMs: number
  /** Work done in a millisecond, in milliseconds of one core of the reference machine. */
  readonly speed: number
}

/** Work that is done several times, each time by another peer. */
export interface RepeatedWork {
  /** All of it once; no peer does more. */
  readonly onceMs: number
  /** All that is still to be done, repetitions included. */
  readonly allMs: number
}

/** Times are found to this share of themselves. */
const PRECISION = 1e-9
/** Halvings after which a double has no more digits. */
const HALVINGS_MAX = 100

/**
 * The least time in which peers get work done, each no part of it twice: a peer that has done all of it can help no
 * more, so that a fast peer does not make up for a slow second one. It counts work as if it could be cut anywhere.
 *
 * @param peers what each peer can do, in stretches in any order; they add up where they overlap
 * @returns milliseconds from now; undefined when `horizonMs` is not enough
 */
export function leastTimeMs(
  peers: readonly (readonly Stretch[])[],
  { onceMs, allMs }: RepeatedWork,
  horizonMs: number,
): number | undefined {
  if (allMs <= 0) return 0
  const isDoneBy = (atMs: number): boolean => {
    let done = 0
    for (const stretches of peers) {
      done += Math.min(onceMs, doneBy(stretches, atMs))
      if (done >= allMs * (1 - PRECISION)) return true
    }
    return false
  }
  if (!isDoneBy(horizonMs)) return undefined
  let [tooEarlyMs, enoughMs] = [0, horizonMs]
  for (let i = 0; i < HALVINGS_MAX && enoughMs - tooEarlyMs > PRECISION * enoughMs; i++) {
    const middleMs = (tooEarlyMs + enoughMs) / 2
    if (isDoneBy(middleMs)) enoughMs = middleMs
    else tooEarlyMs = middleMs
  }
  return enoughMs
}

function doneBy(stretches: readonly Stretch[], atMs: number): number {
  let done = 0
  for (const { fromMs, untilMs, speed } of stretches) {
    done += Math.max(0, Math.min(untilMs, atMs) - fromMs) * speed
  }
  return done
}
