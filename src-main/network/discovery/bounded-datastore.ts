import { NotFoundError } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import { refuse } from '../../protocol/fault.ts'
import {
  DATASTORE_KEY_CHARS_MAX,
  DATASTORE_VALUE_BYTES_MAX,
  DHT_PROVIDERS_MAX,
  DHT_PROVIDERS_PER_PEER_MAX,
  DHT_RECORDS_MAX,
  KNOWN_PEERS_MAX,
} from '../limits.ts'

type Datastore = NonNullable<Libp2pOptions['datastore']>
type Key = Parameters<Datastore['put']>[0]
interface Pair {
  readonly key: Key
  readonly value: Uint8Array
}

/** libp2p's memory of other peers, in this process's memory, within bounds. */
export interface BoundedDatastore extends Datastore {
  /** How many entries there are. */
  readonly size: number
}

/**
 * A datastore in which others' records take no more than their place: of each kind the one used least recently goes when
 * there are too many, and of one provider's announcements that provider's own. Keys and values that are too long are
 * refused.
 *
 * @param isKept entries that are never dropped: libp2p needs those of connected peers
 */
export function createBoundedDatastore(isKept: (key: string) => boolean): BoundedDatastore {
  const { put, get, has, remove, all } = createBoundedEntries(isKept)

  return {
    get size() {
      return all().length
    },
    put,
    get,
    has: (key) => has(key.toString()),
    delete: (key) => remove(key.toString()),
    async *putMany(source) {
      for await (const { key, value } of source) yield put(key, value)
    },
    async *getMany(source) {
      for await (const key of source) yield { key, value: get(key) }
    },
    async *deleteMany(source) {
      for await (const key of source) {
        remove(key.toString())
        yield key
      }
    },
    batch() {
      const steps: (() => unknown)[] = []
      return {
        put: (key, value) => void steps.push(() => put(key, value)),
        delete: (key) => void steps.push(() => remove(key.toString())),
        commit() {
          for (const step of steps.splice(0)) step()
        },
      }
    },
    *query({ prefix, filters = [], orders = [], offset = 0, limit = Infinity }) {
      const found = all(prefix).filter((pair) => filters.every((filter) => filter(pair)))
      for (const order of orders) found.sort(order)
      yield* found.slice(offset, offset + limit)
    },
    *queryKeys({ prefix, filters = [], orders = [], offset = 0, limit = Infinity }) {
      const found = all(prefix)
        .map(({ key }) => key)
        .filter((key) => filters.every((filter) => filter(key)))
      for (const order of orders) found.sort(order)
      yield* found.slice(offset, offset + limit)
    },
  }
}

/** The entries by kind, each kind within its bound. */
function createBoundedEntries(isKept: (key: string) => boolean) {
  const kinds = new Map<Kind, Map<string, Pair>>()
  /** How many announcements each provider has made. */
  const announced = new Map<string, number>()

  const entriesOf = (key: string) => {
    const kind = kindOf(key)
    const entries = kinds.get(kind) ?? new Map<string, Pair>()
    kinds.set(kind, entries)
    return entries
  }
  const remove = (key: string) => {
    if (!entriesOf(key).delete(key)) return
    const owner = ownerOf(key)
    if (owner === undefined) return
    const left = (announced.get(owner) ?? 1) - 1
    if (left > 0) announced.set(owner, left)
    else announced.delete(owner)
  }
  const makeRoom = (key: string) => {
    const owner = ownerOf(key)
    if (owner !== undefined && (announced.get(owner) ?? 0) >= DHT_PROVIDERS_PER_PEER_MAX) {
      removeFirst(key, (other) => ownerOf(other) === owner)
    }
    if (entriesOf(key).size >= ENTRIES_MAX[kindOf(key)]) removeFirst(key, (other) => !isKept(other))
  }
  const removeFirst = (like: string, holds: (key: string) => boolean) => {
    for (const other of entriesOf(like).keys()) {
      if (!holds(other)) continue
      remove(other)
      return
    }
  }
  const put = (key: Key, value: Uint8Array) => {
    const name = key.toString()
    if (name.length > DATASTORE_KEY_CHARS_MAX || value.byteLength > DATASTORE_VALUE_BYTES_MAX) {
      refuse('oversized', `a record of ${name.length} characters and ${value.byteLength} bytes`)
    }
    if (!entriesOf(name).has(name)) makeRoom(name)
    remove(name)
    // A copy: a small record must not keep the network's whole buffer in memory.
    entriesOf(name).set(name, { key, value: value.slice() })
    const owner = ownerOf(name)
    if (owner !== undefined) announced.set(owner, (announced.get(owner) ?? 0) + 1)
    return key
  }
  const get = (key: Key) => {
    const name = key.toString()
    const entry = entriesOf(name).get(name)
    if (entry === undefined) throw new NotFoundError()
    entriesOf(name).delete(name)
    entriesOf(name).set(name, entry)
    return entry.value
  }
  const all = (prefix = '') =>
    [...kinds.values()].flatMap((entries) =>
      [...entries].filter(([name]) => name.startsWith(prefix)).map(([, entry]) => entry),
    )

  return { put, get, has: (name: string) => entriesOf(name).has(name), remove, all }
}

type Kind = 'provider' | 'record' | 'other'

const ENTRIES_MAX: Readonly<Record<Kind, number>> = {
  provider: DHT_PROVIDERS_MAX,
  record: DHT_RECORDS_MAX,
  other: KNOWN_PEERS_MAX,
}

/** `/dht/provider/CID/PEER`, `/dht/record/KEY`, and what is known of peers. */
function kindOf(key: string): Kind {
  if (key.startsWith('/dht/provider/')) return 'provider'
  return key.startsWith('/dht/') ? 'record' : 'other'
}

/** Who made an announcement. */
function ownerOf(key: string): string | undefined {
  return kindOf(key) === 'provider' ? key.slice(key.lastIndexOf('/') + 1) : undefined
}
