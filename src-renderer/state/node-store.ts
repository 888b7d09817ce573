import { createContext, use } from 'react'
import { createStore, useStore, type StoreApi } from 'zustand'
import { EMPTY_MIRROR, type NodeMirror } from './node-mirror.ts'

/** Holds the mirror; nothing but what the node says changes it. */
export type NodeStore = StoreApi<NodeMirror>

/** A mirror that knows nothing yet. */
export function createNodeStore(): NodeStore {
  return createStore<NodeMirror>(() => EMPTY_MIRROR)
}

/** Hands the store down; `NodeFeed` fills it. */
export const NodeStoreContext = createContext<NodeStore | undefined>(undefined)

/** The store itself, for what reads without drawing. */
export function useNodeStore(): NodeStore {
  const store = use(NodeStoreContext)
  if (store === undefined) throw new Error('broken promise: the mirror is used inside its provider')
  return store
}

/**
 * A part of what the node says; draws again only when that part is another (by identity: wrap a selector that makes
 * a new object in `useShallow`).
 *
 * @example const job = useNode((node) => node.jobs.get(jobId))
 */
export function useNode<T>(selector: (node: NodeMirror) => T): T {
  return useStore(useNodeStore(), selector)
}
