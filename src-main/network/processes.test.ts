import { execFile, fork, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { FaultError } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { ConnectionEvent, Transport } from '../ports/transport.ts'
import { localPeer } from './local-mesh.ts'
import { ECHO, PUBLISH, TOPIC, type ServingPeer } from './serving-peer.fixture.ts'

const FIXTURE = join(import.meta.dirname, 'serving-peer.fixture.ts')
const MEETING = join(import.meta.dirname, 'discovery/mdns-meeting.fixture.ts')
/** A network namespace of its own with nothing but a loopback that carries multicast. */
const NAMESPACE = ['ip link set lo up', 'ip link set lo multicast on', 'ip route add 224.0.0.0/4 dev lo']

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('peers in processes of their own', () => {
  const children: ChildProcess[] = []
  const transports: Transport[] = []
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await Promise.all(transports.splice(0).map((transport) => transport.stop()))
  })

  const spawnPeer = async (seed = randomBytes(32).toString('hex')) => {
    const child = fork(FIXTURE, ['1000', seed])
    children.push(child)
    const [told] = (await once(child, 'message')) as [ServingPeer]
    return { child, peer: told.peer as PeerId, addresses: told.addresses }
  }
  const connected = async (to: { peer: PeerId; addresses: readonly string[] }) => {
    const { transport } = localPeer()
    transports.push(transport)
    await transport.start()
    await transport.connect(to.peer, to.addresses, { signal: AbortSignal.timeout(120_000) })
    return transport
  }

  test('a peer that is killed is disconnected at once, its requests under way are unreachable', async () => {
    const other = await spawnPeer()
    const transport = await connected(other)
    const signal = AbortSignal.timeout(120_000)
    expect(await transport.request(other.peer, ECHO, Uint8Array.of(1), { signal })).toEqual(Uint8Array.of(1))
    const events: ConnectionEvent[] = []
    transport.onConnection((event) => events.push(event))
    const pending = Array.from({ length: 20 }, async () => {
      for (;;) await transport.request(other.peer, ECHO, new Uint8Array(100_000), { signal })
    })
    other.child.kill('SIGKILL')
    const outcomes = await Promise.allSettled(pending)
    for (const outcome of outcomes) {
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(FaultError)
      expect(((outcome as PromiseRejectedResult).reason as FaultError).fault.kind).toBe('unreachable')
    }
    await until(() => events.length > 0)
    expect(events).toEqual([{ kind: 'disconnected', peer: other.peer }])
  })

  test('what it publishes arrives, and a kept peer that is killed and started anew is connected again', async () => {
    const seed = randomBytes(32).toString('hex')
    const other = await spawnPeer(seed)
    const transport = await connected(other)
    const signal = AbortSignal.timeout(120_000)
    const got: number[] = []
    transport.subscribe(TOPIC, (bytes) => void got.push(bytes[0] ?? 0))
    for (let i = 1; got.length === 0; i++) {
      await transport.request(other.peer, PUBLISH, Uint8Array.of(i), { signal })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    transport.keepConnected([{ peer: other.peer, addresses: other.addresses }])
    other.child.kill('SIGKILL')
    await until(() => transport.connections().length === 0)
    const again = await spawnPeer(seed)
    expect(again.peer).toBe(other.peer)
    // It listens at another port now, and its contact learned that.
    transport.keepConnected([{ peer: again.peer, addresses: again.addresses }])
    await until(() => transport.connections().some(({ peer }) => peer === other.peer))
  })
})

describe('mDNS', () => {
  const probe = spawnSync('unshare', ['-n', 'sh', '-ec', NAMESPACE.join('; ')])
  // Outside a namespace of its own it would speak to the whole local network, so it is not tried there.
  test.skipIf(probe.status !== 0)(
    'two peers of one network meet without being told of each other (skipped where namespaces need more rights)',
    async () => {
      const script = [...NAMESPACE, `exec "$0" "$1"`].join('; ')
      const child = execFile('unshare', ['-n', 'sh', '-ec', script, process.execPath, MEETING])
      const [line] = (await once(child.stdout!, 'data')) as [string]
      child.kill()
      expect(line).toBe('met\n')
    },
  )
})
