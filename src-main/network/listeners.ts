/** Callbacks for one kind of event. */
export interface Listeners<E extends unknown[] = []> {
  /** Calls back until the returned function is called; the same callback may be there several times. */
  on(listener: (...event: E) => void): () => void
  tell(...event: E): void
}

/** An empty set of callbacks. */
export function createListeners<E extends unknown[] = []>(): Listeners<E> {
  const entries = new Set<(...event: E) => void>()
  return {
    on(listener) {
      const entry = (...event: E) => listener(...event)
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    tell(...event) {
      for (const entry of [...entries]) entry(...event)
    },
  }
}
