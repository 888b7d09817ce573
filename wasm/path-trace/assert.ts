/** Throws when a promise of our own code is broken. Never called on what a stranger sent. */
export function assert(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${promise}`)
}
