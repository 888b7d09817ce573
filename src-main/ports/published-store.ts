import type { PeerId } from '../protocol/ids.ts'

/**
 * A state that this peer publishes and its contacts follow (document 000, Store Architecture): signed by its
 * author, always the newest value, which late followers get too.
 */
export interface PublishedStore<T> {
  /** Publishes a value; values that come closer together than the debounce travel as the newest one. */
  set(value: T): void
  /**
   * Calls back with each newer value of a peer, verified, until the returned function is called; and with `shut` when
   * that peer lets this one read no longer: what was heard before counts for nothing then.
   */
  subscribeToUser(peer: PeerId, listener: (value: T) => void, shut?: () => void): () => void
}
