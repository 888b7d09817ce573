/** Time, for code that acts; pure modules get it in their events. */
export interface Clock {
  /** Milliseconds since 1970 by the wall clock. */
  nowMs(): number
  /** Calls back once, `delayMs` from now, unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void
}

/** A clock of a program that works in turns, as JavaScript does. */
export interface TurnClock extends Clock {
  /** Calls back in the next turn, after messages that have already arrived. Calls keep their order. */
  soon(callback: () => void): void
}
