/**
 * A peer in a process of its own, for tests and benchmarks: echoes requests, publishes what it is told, serves one
 * blob of the length given as its first argument; the second, if any, is its seed in hexadecimal. It tells its parent who and where it is, and ends with it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createBlobExchange } from './blobs/blob-exchange.ts'
import { createIdentity } from './identity/identity.ts'
import { createNode } from './libp2p-options.ts'
import { localPeer, machineClock } from './local-mesh.ts'
import { createMemoryBlobs } from './blobs/memory-blobs.fixture.ts'

/** The protocols that the peer answers. */
export const ECHO = '/fixture/echo/1'
/** Answered by a peer that is started with `raw` for its seed: all its bytes, and the end. */
export const RAW = '/fixture/raw/1'
export const PUBLISH = '/fixture/publish/1'
/** The topic that `PUBLISH` publishes to. */
export const TOPIC = 'fixture'

/** The message to the parent when the peer is there. */
export interface ServingPeer {
  readonly peer: string
  readonly addresses: readonly string[]
  readonly cid: string
}

/** Bytes that look random and are the same every time. */
function content(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const seed = createHash('sha256').update('fixture').digest()
  let state = seed.readUInt32LE(0) | 1
  const words = new Uint32Array(bytes.buffer, 0, length >> 2)
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return bytes
}

/** Serves bytes as libp2p alone does: one stream, nothing around them, no store, no digest. */
async function serveRaw(length: number): Promise<void> {
  const node = await createNode({
    identity: createIdentity(randomBytes(32)),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
  })
  const piece = content(1 << 20)
  await node.handle(RAW, async (stream) => {
    for (let left = length; left > 0; left -= piece.byteLength) {
      if (!stream.send(piece)) await stream.onDrain()
    }
    await stream.close()
  })
  await node.start()
  process.on('disconnect', () => process.exit(0))
  process.send?.({ peer: node.peerId.toString(), addresses: node.getMultiaddrs().map(String), cid: '' })
}

async function main(): Promise<void> {
  const [, , length = '1', seed] = process.argv
  if (seed === 'raw') {
    await serveRaw(Number(length))
    return
  }
  const identity = createIdentity(seed === undefined ? randomBytes(32) : Buffer.from(seed, 'hex'))
  const { transport } = localPeer({ identity })
  const blobs = createMemoryBlobs(1 << 20)
  createBlobExchange({ transport, identity, blobs, clock: machineClock, mayServe: () => true })
  transport.handle(ECHO, (_from, request) => Promise.resolve(request))
  transport.handle(PUBLISH, async (_from, request) => {
    await transport.publish(TOPIC, request)
    return new Uint8Array()
  })
  const cid = blobs.put(content(Number(length)))
  await transport.start()
  const told: ServingPeer = { peer: transport.peer, addresses: transport.addresses(), cid }
  process.on('disconnect', () => process.exit(0))
  process.send?.(told)
}

if (import.meta.main) await main()
