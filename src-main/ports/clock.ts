/** Time, for code that acts; pure modules get it in their events. */
export interface Clock {
  /** Milliseconds since 1970 by the wall clock. */
  nowMs(): number
  /** Calls back once, `delayMs` from now, unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void
}
