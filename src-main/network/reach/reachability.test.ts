import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import { afterEach, expect, it } from 'vitest'
import { encodeCanonical } from '../../protocol/canonical.ts'
import type { DialBackReply } from '../../protocol/dial-back.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Standing, Transport } from '../../ports/transport.ts'
import { createIdentity } from '../identity/identity.ts'
import { localPeer } from '../local-mesh.ts'
import { createReach } from './reachability.ts'

const soon = () => ({ signal: AbortSignal.timeout(60_000) })
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A peer of an internet that is 127.0.0.1; with `answer` it is one that lies. */
async function start(
  options: {
    readonly listen?: readonly string[]
    readonly standingOf?: (peer: PeerId) => Standing
    readonly isOutside?: (host: string) => boolean
    readonly answer?: (request: Uint8Array) => Uint8Array
  } = {},
): Promise<Transport> {
  const { answer, ...given } = options
  const { transport } = localPeer({ isOutside: () => true, ...given })
  if (answer !== undefined)
    transport.handle('/meshwork/dial-back/1', (_from, request) => Promise.resolve(answer(request)))
  await transport.start()
  stops.push(() => transport.stop())
  return transport
}
const closedPort = (): string => '/ip4/127.0.0.1/tcp/20001'

it('[H25] a peer that a contact reaches from outside is public, and so is one that asks to be tried', async () => {
  const [ann, bob] = [await start(), await start()]
  expect(ann.reachability()).toEqual({ state: 'unknown' })
  await ann.connect(bob.peer, bob.addresses(), soon())
  await until(() => bob.reachability().state === 'public' && ann.reachability().state === 'public')
  expect(ann.reachability()).toMatchObject({ families: ['ip4'] })
})

it('[H25] a peer that a contact cannot reach is private, until the network changes', async () => {
  const [ann, bob] = [await start({ listen: [] }), await start()]
  ann.announce([closedPort()])
  await ann.connect(bob.peer, bob.addresses(), soon())
  await until(() => ann.reachability().state === 'private')
  await ann.disconnect(bob.peer)
  ann.networkChanged()
  expect(ann.reachability()).toEqual({ state: 'unknown' })
})

it('[H25] a contact in the same home says nothing about outside', async () => {
  const isOutside = () => false
  const [ann, bob] = [await start({ isOutside }), await start({ isOutside })]
  await ann.connect(bob.peer, bob.addresses(), soon())
  await ann.checkReach(soon())
  expect(ann.confirmations()).toMatchObject([{ peer: bob.peer, outcome: 'open', scope: 'machine' }])
  expect([ann.reachability().state, bob.reachability().state]).toEqual(['unknown', 'unknown'])
})

it('[H25] a missing report of a contact does not count', async () => {
  const liar = await start({
    answer: () => {
      const outcomes: DialBackReply['outcomes'] = [{ port: 20_001, outcome: 'open' }]
      return encodeCanonical({ seen: '/ip4/25.0.0.1', outcomes, received_ms: 1, answered_ms: 1 })
    },
  })
  const ann = await start({ listen: [] })
  ann.announce([closedPort()])
  await ann.connect(liar.peer, liar.addresses(), soon())
  await ann.checkReach(soon())
  expect(ann.confirmations()).toMatchObject([{ peer: liar.peer, outcome: 'no-word' }])
  expect(ann.reachability()).toEqual({ state: 'unknown' })
})

/** Contacts who have been asked say that they see this peer at these IPs, and do not get through. */
function seenBy(hosts: readonly string[], answering = { isOn: true }) {
  const now = { ms: 1_000_000 }
  const seen = { elsewhere: 0 }
  const answers: (() => void)[] = []
  const peers = hosts.map(() => createIdentity(randomBytes(32)).peer)
  const lines = peers.map((peer) => ({
    remotePeer: { toString: () => peer },
    remoteAddr: { toString: () => '/ip4/25.9.9.9/tcp/1' },
  })) as unknown as readonly Connection[]
  const reach = createReach({
    clock: { nowMs: () => now.ms, after: () => () => undefined },
    lines: () => lines,
    ports: () => [20_000],
    ask: async (peer) => {
      await new Promise<void>((resolve) => answers.push(resolve))
      if (!answering.isOn) return { peer, atMs: now.ms, outcome: 'no-word' }
      const address = `/ip4/${hosts[peers.indexOf(peer)]}/tcp/20000`
      return { peer, atMs: now.ms, outcome: 'no-answer', scope: 'internet', address }
    },
    isOutside: () => true,
    changed: () => undefined,
    seenElsewhere: () => (seen.elsewhere += 1),
  })
  const answerAll = (): void => answers.splice(0).forEach((answer) => answer())
  return { reach, answerAll, asked: () => answers.length, now, seen }
}

it('[H25] one contact that lies about where it sees this peer is outvoted', async () => {
  const { reach, answerAll } = seenBy(['25.0.0.1', '25.0.0.1', '26.6.6.6'])
  const asking = reach.check(soon())
  answerAll()
  await asking
  expect(reach.seenAt()).toBe('25.0.0.1')
})

it('[H25] what was seen of another network is not taken for this one', async () => {
  const { reach, answerAll } = seenBy(['25.0.0.1'])
  const asking = reach.check(soon())
  reach.reset()
  answerAll()
  await asking
  expect(reach.seenAt()).toBeUndefined()
})

it('[H25] a clock that is set back does not keep contacts from being asked', async () => {
  const { reach, answerAll, asked, now } = seenBy(['25.0.0.1'])
  reach.tend()
  expect(asked()).toBe(1)
  const asking = reach.check(soon())
  answerAll()
  await asking
  reach.tend()
  expect(asked()).toBe(0)
  now.ms -= 900_000
  reach.tend()
  expect(asked()).toBe(1)
})

it('[H25] contacts who do not answer are asked again soon, then ever less often', async () => {
  const answering = { isOn: false }
  const { reach, answerAll, asked, now, seen } = seenBy(['25.0.0.1', '25.0.0.1'], answering)
  /** Seconds until contacts are asked, looking every five as a peer does; they answer or not. */
  const nextAsked = async (): Promise<number> => {
    const startMs = now.ms
    reach.tend()
    while (asked() === 0) {
      now.ms += 5_000
      reach.tend()
    }
    const asking = reach.check(soon())
    answerAll()
    await asking
    return (now.ms - startMs) / 1_000
  }
  const pauses = []
  for (let i = 0; i < 9; i += 1) pauses.push(await nextAsked())
  expect(pauses).toEqual([0, 15, 25, 50, 100, 195, 385, 600, 600])
  expect(reach.seenAt()).toBeUndefined()
  answering.isOn = true
  await nextAsked()
  expect(reach.seenAt()).toBe('25.0.0.1')
  answering.isOn = false
  expect([await nextAsked(), await nextAsked()]).toEqual([600, 15])
  expect(seen.elsewhere).toBe(1)
})

it.each(['25.0.0.1', '/ip4/25.0.0.1/tcp/9', '/dns4/example.net', '/ip4/a:b', '/ip6/::1/ip4/1.1.1.1'])(
  '[H25] a contact that sees this peer at what is no IP has said nothing: %s',
  async (seen) => {
    const liar = await start({
      answer: () => {
        const outcomes: DialBackReply['outcomes'] = [{ port: 20_001, outcome: 'no-answer' }]
        return encodeCanonical({ seen, outcomes, received_ms: 1, answered_ms: 1 })
      },
    })
    const ann = await start({ listen: [] })
    ann.announce([closedPort()])
    await ann.connect(liar.peer, liar.addresses(), soon())
    await ann.checkReach(soon())
    expect(ann.confirmations()).toMatchObject([{ peer: liar.peer, outcome: 'no-word' }])
  },
)

it('[H25] a reached peer is private when a contact outside tries in vain later', async () => {
  const [ann, bob] = [await start(), await start()]
  await ann.connect(bob.peer, bob.addresses(), soon())
  await until(() => ann.reachability().state === 'public')
  const carl = await start({
    answer: () => {
      const outcomes: DialBackReply['outcomes'] = [{ port: 20_001, outcome: 'no-answer' }]
      return encodeCanonical({ seen: '/ip4/25.0.0.1', outcomes, received_ms: 1, answered_ms: 1 })
    },
  })
  await ann.disconnect(bob.peer)
  await ann.connect(carl.peer, carl.addresses(), soon())
  await ann.checkReach(soon())
  expect(ann.reachability()).toMatchObject({ state: 'private' })
})
