import { randomBytes } from 'node:crypto'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, test } from 'vitest'
import { createBoundedDatastore, type BoundedDatastore } from './bounded-datastore.ts'
import { createIdentity } from '../identity/identity.ts'
import type { Node } from '../libp2p-node.ts'
import { createNode, type NodeOptions } from '../libp2p-options.ts'
import {
  DATASTORE_KEY_CHARS_MAX,
  DATASTORE_VALUE_BYTES_MAX,
  DHT_PROVIDERS_MAX,
  DHT_PROVIDERS_PER_PEER_MAX,
  KNOWN_PEERS_MAX,
} from '../limits.ts'

const KAD = '/meshwork/kad/1'
const ADD_PROVIDER = 2

const running: Node[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => Promise.resolve(node.stop())))
})

async function start(options: Partial<NodeOptions> = {}): Promise<Node> {
  const node = await createNode({
    identity: createIdentity(randomBytes(32)),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    ...options,
  })
  await node.start()
  running.push(node)
  return node
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}

/** A field of a protocol buffer with bytes. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([(number << 3) | 2, ...varint(bytes.byteLength)]), bytes])
}

/** The DHT message that announces a blob; `digestBytes` of an identity digest, which may be of any length. */
function announcement(from: Node, digestBytes: number): Uint8Array {
  const cid = Uint8Array.from([1, 0x55, 0, ...varint(digestBytes), ...randomBytes(digestBytes)])
  const peer = Buffer.concat([
    field(1, from.peerId.toMultihash().bytes),
    field(2, multiaddr('/ip4/127.0.0.1/tcp/1').bytes),
  ])
  const message = Buffer.concat([Uint8Array.of(1 << 3, ADD_PROVIDER), field(2, cid), field(9, peer)])
  return Buffer.concat([Uint8Array.from(varint(message.byteLength)), message])
}

/** A datastore that tells how large it is while a node uses it. */
function watched(): { readonly store: BoundedDatastore; readonly providers: () => Promise<number> } {
  const store = createBoundedDatastore(() => false)
  return {
    store,
    async providers() {
      let count = 0
      for await (const pair of store.query({ prefix: '/dht/' })) if (pair.value.byteLength > 0) count += 1
      return count
    },
  }
}

describe('the DHT', () => {
  test('[N4] answers no peer unless told to serve', async () => {
    const [plain, serving, asker] = [await start(), await start({ serveDht: true }), await start()]
    const open = async (node: Node) => {
      const line = await asker.dial(node.getMultiaddrs())
      return line.newStream(KAD, { signal: AbortSignal.timeout(60_000) })
    }
    await expect(open(plain)).rejects.toThrow()
    expect((await open(serving)).status).toBe('open')
  })

  test('[H5] does not tell where peers are that only ask', async () => {
    const server = await start({ serveDht: true })
    const [other, client, stranger] = [await start({ serveDht: true }), await start(), await start()]
    const found = (sought: Node) =>
      stranger.peerRouting.findPeer(sought.peerId, { signal: AbortSignal.timeout(30_000) })
    for (const node of [other, client, stranger]) await node.dial(server.getMultiaddrs())
    const knows = async (sought: Node) =>
      (await server.peerStore.get(sought.peerId)).protocols.length > 0 &&
      (await stranger.peerStore.get(server.peerId)).protocols.includes(KAD)
    while (!(await knows(other)) || !(await knows(client))) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    while ((await found(other).catch(() => undefined)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await expect(found(client)).rejects.toThrow()
  })

  test('[N4] keeps few announcements of one peer, and none with a long key', async () => {
    const { store, providers } = watched()
    const [victim, attacker] = [await start({ serveDht: true, datastore: store }), await start()]
    const line = await attacker.dial(victim.getMultiaddrs())
    const stream = await line.newStream(KAD)
    for (let i = 0; i < 4 * DHT_PROVIDERS_PER_PEER_MAX; i++) stream.send(announcement(attacker, 32))
    while ((await providers()) < DHT_PROVIDERS_PER_PEER_MAX) await new Promise((r) => setTimeout(r, 5))
    const long = await line.newStream(KAD)
    long.send(announcement(attacker, 100_000))
    while (long.status === 'open') await new Promise((r) => setTimeout(r, 5))
    expect(await providers()).toBe(DHT_PROVIDERS_PER_PEER_MAX)
  })
})

describe('what libp2p remembers', () => {
  type Key = Parameters<BoundedDatastore['put']>[0]
  const key = (text: string) => ({ toString: () => text }) as unknown as Key
  const value = Uint8Array.of(1)
  const names = (store: BoundedDatastore, prefix: string) =>
    [...(store.query({ prefix }) as Iterable<{ key: Key }>)].map(({ key: name }) => name.toString())

  test('[N4] is bounded in all: the announcement used least recently goes first', async () => {
    const store = createBoundedDatastore(() => false)
    for (let i = 0; i < DHT_PROVIDERS_MAX; i++) await store.put(key(`/dht/provider/cid/peer-${i}`), value)
    await store.get(key('/dht/provider/cid/peer-0'))
    await store.put(key('/dht/provider/cid/one-more'), value)
    expect(store.size).toBe(DHT_PROVIDERS_MAX)
    expect(await store.has(key('/dht/provider/cid/peer-0'))).toBe(true)
    expect(await store.has(key('/dht/provider/cid/peer-1'))).toBe(false)
  })

  test('[N4] of a peer is bounded by its own: others’ announcements stay', async () => {
    const store = createBoundedDatastore(() => false)
    await store.put(key('/dht/provider/cid/honest'), value)
    for (let i = 0; i < DHT_PROVIDERS_MAX; i++) await store.put(key(`/dht/provider/cid-${i}/greedy`), value)
    expect(store.size).toBe(1 + DHT_PROVIDERS_PER_PEER_MAX)
    expect(await store.has(key('/dht/provider/cid/honest'))).toBe(true)
    for (const name of names(store, '/dht/provider/cid-')) await store.delete(key(name))
    expect(store.size).toBe(1)
  })

  test('[N4] of connected peers stays, however many others come', async () => {
    const store = createBoundedDatastore((name) => name.endsWith('friend'))
    await store.put(key('/peers/friend'), value)
    for (let i = 0; i < 2 * KNOWN_PEERS_MAX; i++) await store.put(key(`/peers/${i}`), value)
    expect(store.size).toBe(KNOWN_PEERS_MAX)
    expect(await store.has(key('/peers/friend'))).toBe(true)
  })

  test('[N4] has short keys and values', async () => {
    const store = createBoundedDatastore(() => false)
    const long = key(`/peers/${'x'.repeat(DATASTORE_KEY_CHARS_MAX)}`)
    await expect(async () => store.put(long, value)).rejects.toThrow('a record of')
    await expect(async () =>
      store.put(key('/peers/a'), new Uint8Array(DATASTORE_VALUE_BYTES_MAX + 1)),
    ).rejects.toThrow('a record of')
    expect(store.size).toBe(0)
    await expect(async () => store.get(key('/peers/a'))).rejects.toMatchObject({ name: 'NotFoundError' })
  })
})
