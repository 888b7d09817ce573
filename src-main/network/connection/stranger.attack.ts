import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Attack, Scene } from '../../attack.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import type { Invite } from '../../protocol/messages.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import { createIdentity } from '../identity/identity.ts'
import { CHUNK, OPEN } from '../blobs/blob-wire.ts'
import type { Node } from '../libp2p-node.ts'
import { createNode } from '../libp2p-options.ts'
import { GET, PUT } from '../publishing/store-options.ts'
import { SWARM } from '../swarm/swarm-wire.ts'

const DIRECT = 'meshwork/1/direct'
const KAD = '/meshwork/kad/1'
/** Protocols that strangers may try to read with: published values, and blobs. */
const READABLE = [GET, PUT, OPEN, CHUNK, SWARM]
const CID = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const STREAMS = 64
const SOCKETS = 200

/** Attacks by a stranger who knows an address and nothing else. */
export const attacks: readonly Attack[] = [
  {
    name: 'headers of 4 MiB and nothing after them, on many streams',
    by: 'stranger',
    approach: (scene) =>
      again(scene, (node, at) => flood(node, at, () => [header(MESSAGE_BYTES_MAX), rest()])),
  },
  {
    name: 'CBOR bombs: 4 MiB of small values in a direct message',
    by: 'stranger',
    approach: (scene) => again(scene, (node, at) => flood(node, at, () => [header(bomb.byteLength), bomb])),
  },
  {
    name: 'announcements to the DHT, with keys of any size',
    by: 'stranger',
    approach: (scene) => again(scene, announce),
  },
  { name: 'connections that never finish their handshake', by: 'stranger', approach: holdSockets },
  {
    name: 'questions for what is published, and for blobs',
    by: 'stranger',
    approach: (scene) => again(scene, ask),
  },
]

const bomb = Buffer.concat([Buffer.of(0x9a, 0x00, 0x3f, 0x00, 0x00), Buffer.alloc(0x3f0000, 0x80)])

function header(bytes: number): Uint8Array {
  const frame = new Uint8Array(4)
  new DataView(frame.buffer).setUint32(0, bytes)
  return frame
}

function rest(): Uint8Array {
  return new Uint8Array(MESSAGE_BYTES_MAX - 1)
}

/** Attacks as one stranger after the other until the time is over; reports how often, and the last outcome. */
async function again(
  { invite, signal }: Scene,
  attempt: (node: Node, at: Invite) => Promise<string>,
): Promise<() => Promise<string>> {
  const at = await invite(0.5)
  return async () => {
    let strangers = 0
    let last = ''
    while (!signal.aborted) {
      const node = await createNode({
        identity: createIdentity(randomBytes(32)),
        listen: [],
        mdns: false,
      })
      await node.start()
      try {
        last = await attempt(node, at)
        strangers++
      } catch (error) {
        last = error instanceof Error ? error.name : 'ended'
      } finally {
        await node.stop()
      }
    }
    return `${strangers} strangers; the last: ${last}`
  }
}

function dial(node: Node, { addresses }: Invite): Promise<Connection> {
  return node.dial(addresses.map((address) => multiaddr(address)))
}

async function open(line: Connection, protocol: string): Promise<Stream | undefined> {
  try {
    return await line.newStream(protocol, { maxOutboundStreams: 1_000, signal: AbortSignal.timeout(2_000) })
  } catch {
    return undefined
  }
}

function isOpen({ status }: Stream): boolean {
  return status === 'open'
}

async function flood(node: Node, at: Invite, parts: () => readonly Uint8Array[]): Promise<string> {
  const line = await dial(node, at)
  let opened = 0
  for (let i = 0; i < STREAMS && line.status === 'open'; i++) {
    const stream = await open(line, DIRECT)
    if (stream === undefined) continue
    opened++
    for (const part of parts()) if (isOpen(stream)) stream.send(part)
  }
  return `${opened} of ${STREAMS} streams opened, the line is ${line.status}`
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}

/** ADD_PROVIDER messages: a stream of them, if the victim listens. */
async function announce(node: Node, at: Invite): Promise<string> {
  const line = await dial(node, at)
  const stream = await open(line, KAD)
  if (stream === undefined) return 'not listened to'
  const key = Buffer.concat([Uint8Array.from([1, 0x55, 0, ...varint(100_000)]), new Uint8Array(100_000)])
  const message = Buffer.concat([Uint8Array.from([8, 2, 18, ...varint(key.byteLength)]), key])
  const framed = Buffer.concat([Uint8Array.from(varint(message.byteLength)), message])
  let sent = 0
  while (sent < 500 && stream.status === 'open') {
    if (!stream.send(framed)) await stream.onDrain()
    sent++
  }
  return `${sent} announcements taken`
}

/** Raw sockets that say nothing. */
async function holdSockets({ invite, signal }: Scene): Promise<() => Promise<string>> {
  const { addresses } = await invite(0.5)
  const [, port = '0'] = /\/tcp\/(\d+)/.exec(addresses[0] ?? '') ?? []
  return async () => {
    let refused = 0
    const sockets = Array.from({ length: SOCKETS }, () => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('close', () => refused++)
      return socket
    })
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    const told = `${refused} of ${SOCKETS} hung up`
    for (const socket of sockets) socket.destroy()
    return told
  }
}

async function ask(node: Node, at: Invite): Promise<string> {
  const line = await dial(node, at)
  const question = encodeCanonical({ kind: 'get', path: 'compute/commitment', cid: CID })
  let answered = 0
  for (const protocol of READABLE) {
    const stream = await open(line, protocol)
    if (stream === undefined) continue
    stream.addEventListener('message', ({ data }) => (answered += data.byteLength))
    stream.send(header(question.byteLength))
    stream.send(question)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return `${answered} bytes of answers`
}
