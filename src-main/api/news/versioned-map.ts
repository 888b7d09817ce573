/** Removals that are remembered; who was away for more begins anew. */
const REMOVALS_MAX = 1_000

/** Changes of a map since a listener last looked. */
export interface MapChanges<K, V> {
  readonly changed: readonly V[]
  readonly removed: readonly K[]
  /** How far the listener has come with this. */
  readonly seen: number
}

/**
 * Values by key that remember when they changed, so that many listeners are each told what is news to them for the price
 * of what changed, and what they are sent is kept once.
 */
export interface VersionedMap<K, V> {
  keys(): IterableIterator<K>
  /** Takes a value; one that is the same as before changes nothing. */
  set(key: K, value: V): void
  delete(key: K): void
  /**
   * At most `max` changes after `seen`, oldest first; `seen` 0 gives everything. Undefined for no news.
   * `'begin-anew'` for a listener who was away for more removals than are remembered.
   */
  since(seen: number, max: number): MapChanges<K, V> | 'begin-anew' | undefined
}

/** A map without values. @param isSame whether a listener need not hear of a new value */
export function createVersionedMap<K, V>(isSame: (before: V, now: V) => boolean): VersionedMap<K, V> {
  /** In the order of their versions: a value that changes moves to the end. */
  const entries = new Map<K, { readonly value: V; readonly version: number }>()
  const removals = new Map<K, number>()
  let version = 0
  /** Listeners who have seen less may have missed a removal. */
  let forgotten = 0

  function forgetRemovals(): void {
    for (const [key, removedAt] of removals) {
      if (removals.size <= REMOVALS_MAX) return
      removals.delete(key)
      forgotten = removedAt
    }
  }

  return {
    keys: () => entries.keys(),
    set(key, value) {
      const known = entries.get(key)
      if (known !== undefined && isSame(known.value, value)) return
      entries.delete(key)
      removals.delete(key)
      entries.set(key, { value, version: ++version })
    },
    delete(key) {
      if (!entries.delete(key)) return
      removals.set(key, ++version)
      forgetRemovals()
    },
    since(seen, max) {
      if (seen > 0 && seen < forgotten) return 'begin-anew'
      if (seen === version) return undefined
      const changed: V[] = []
      let upTo = version
      for (const { value, version: changedAt } of entries.values()) {
        if (changedAt <= seen) continue
        if (changed.length === max) break
        changed.push(value)
        upTo = changedAt
      }
      const isAll = changed.length < max
      const removed: K[] = []
      if (seen > 0) for (const [key, removedAt] of removals) if (removedAt > seen) removed.push(key)
      return { changed, removed, seen: isAll ? version : upTo }
    },
  }
}
