import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../ports/reach.ts'
import type { Standing, Transport } from '../../ports/transport.ts'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { DialBackReply } from '../../protocol/dial-back.ts'
import type { FaultError } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { createDialBack, DIAL_BACK_EVERY_MS, type DialBack } from './dial-back.ts'
import { localPeer, machineClock } from '../local-mesh.ts'
import { createOwnReach } from './own-reach.ts'

const PROTOCOL = '/meshwork/dial-back/1'
const soon = () => ({ signal: AbortSignal.timeout(60_000) })

const unchanged = (connection: Connection): Connection => connection

interface Side {
  readonly transport: Transport
  readonly dialBack: DialBack
  readonly probed: string[]
  port(): number
}

describe('dial-back', () => {
  const running: Transport[] = []
  const servers: Server[] = []
  let aheadMs = 0

  afterEach(async () => {
    aheadMs = 0
    await Promise.all(running.splice(0).map((transport) => transport.stop()))
    for (const server of servers.splice(0)) server.close()
  })

  /** `clockOff` is how wrong its clock is; `seenAs` puts something in the place of what the transport says of connections. */
  async function start(
    options: {
      standing?: Standing
      clockOff?: number
      seenAs?: (connection: Connection) => Connection
    } = {},
  ): Promise<Side> {
    const { standing = 'contact', clockOff = 0, seenAs = unchanged } = options
    const { transport } = localPeer({ standingOf: () => standing })
    await transport.start()
    running.push(transport)
    const probed: string[] = []
    const watched: Transport = {
      ...transport,
      connections: () => transport.connections().map(seenAs),
      probe(peer, address, options) {
        probed.push(address)
        return transport.probe(peer, address, options)
      },
    }
    const clock = { ...machineClock, nowMs: () => machineClock.nowMs() + aheadMs + clockOff }
    const dialBack = createDialBack({ transport: watched, clock })
    dialBack.start()
    const port = () => Number(/tcp\/(\d+)/.exec(transport.addresses()[0] ?? '')?.[1])
    return { transport, dialBack, probed, port }
  }

  async function pairOf(options: Parameters<typeof start>[0] = {}): Promise<[Side, Side]> {
    const [ann, bo] = await Promise.all([start(), start(options)])
    await ann.transport.connect(bo.transport.peer, bo.transport.addresses(), soon())
    while (bo.transport.connections().length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    // Both ask each other by themselves at once; what the tests ask comes later.
    await Promise.all([ann, bo].map((side) => side.transport.checkReach(soon())))
    aheadMs += DIAL_BACK_EVERY_MS
    bo.probed.length = 0
    return [ann, bo]
  }

  /** A port at which something else listens, or nothing any more. */
  async function portOf(listens: boolean): Promise<{ readonly port: number; readonly visits: () => number }> {
    let visits = 0
    const server = createServer((socket) => {
      visits += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    if (listens) servers.push(server)
    else await new Promise((resolve) => server.close(resolve))
    return { port, visits: () => visits }
  }

  it('[H12] a contact says that it got through, at the address that it sees', async () => {
    const [ann, bo] = await pairOf()
    const said = await ann.dialBack.ask(bo.transport.peer, [ann.port()], soon())
    expect(said).toMatchObject({
      peer: bo.transport.peer,
      outcome: 'open',
      scope: 'machine',
      address: `/ip4/127.0.0.1/tcp/${ann.port()}`,
    })
    expect(ann.transport.connections()).toHaveLength(1)
  })

  it('[H12] tells a closed port, and one at which another peer answers, from an open one', async () => {
    const [ann, bo] = await pairOf()
    const closed = await portOf(false)
    expect(await ann.dialBack.ask(bo.transport.peer, [closed.port], soon())).toMatchObject({
      outcome: 'refused',
    })
    aheadMs += DIAL_BACK_EVERY_MS
    const other = await portOf(true)
    expect(await ann.dialBack.ask(bo.transport.peer, [other.port], soon())).toMatchObject({
      outcome: 'no-answer',
    })
  })

  it('[H13] dials where the asker comes from and nowhere else: a request has no place for an address', async () => {
    const [ann, bo] = await pairOf()
    const attack = async (request: object) =>
      ann.transport.request(bo.transport.peer, PROTOCOL, encodeCanonical(request), soon()).then(
        () => 'answered',
        (error: unknown) => (error as FaultError).fault.kind,
      )
    expect(await attack({ ports: [ann.port()], addresses: ['/ip4/198.51.100.7/tcp/80'] })).toBe('malformed')
    expect(await attack({ ports: [25] })).toBe('malformed')
    expect(await attack({ ports: [20_001, 20_002, 20_003] })).toBe('malformed')
    expect(bo.probed).toEqual([])
    expect(await attack({ ports: [ann.port(), 20_001] })).toBe('answered')
    expect(bo.probed).toEqual([`/ip4/127.0.0.1/tcp/${ann.port()}`, '/ip4/127.0.0.1/tcp/20001'])
  })

  it('[H13] one contact is dialled back once in ten seconds', async () => {
    const [ann, bo] = await pairOf()
    const target = await portOf(true)
    const ask = () => ann.dialBack.ask(bo.transport.peer, [target.port], soon())
    expect((await ask()).outcome).toBe('no-answer')
    expect((await Promise.all([ask(), ask(), ask()])).map(({ outcome }) => outcome)).toEqual([
      'no-word',
      'no-word',
      'no-word',
    ])
    expect(target.visits()).toBe(1)
    aheadMs += DIAL_BACK_EVERY_MS
    expect((await ask()).outcome).toBe('no-answer')
    expect(target.visits()).toBe(2)
  })

  it('[H13] strangers are not dialled back', async () => {
    const [ann, bo] = await pairOf({ standing: 'stranger' })
    expect((await ann.dialBack.ask(bo.transport.peer, [ann.port()], soon())).outcome).toBe('no-word')
    expect(bo.probed).toEqual([])
  })

  it('[H13] a relayed peer is not dialled back: the address is the relay’s', async () => {
    const relayed = (connection: Connection): Connection => ({
      ...connection,
      route: 'relayed',
      scope: 'relay',
      address:
        '/ip4/127.0.0.1/tcp/20000/p2p/12D3KooWGzBHcVPFWvZLmgZdgKCnFBVcPZ7QZyVnZEMmH6yvVyYP/p2p-circuit',
    })
    const [ann, bo] = await pairOf({ seenAs: relayed })
    expect((await ann.dialBack.ask(bo.transport.peer, [ann.port()], soon())).outcome).toBe('not-tried')
    expect(bo.probed).toEqual([])
  })

  it('[H12] tells how far the other clock is ahead, within what it says itself', async () => {
    const [ann, bo] = await pairOf({ clockOff: 90_000 })
    const { clock } = await ann.dialBack.ask(bo.transport.peer, [ann.port()], soon())
    expect(Math.abs((clock?.aheadMs ?? 0) - 90_000)).toBeLessThanOrEqual((clock?.errorMs ?? 0) + 1)
  })

  it('[H12] an invalid answer, or none, counts as no result', async () => {
    const [ann, bo] = await Promise.all([start(), start()])
    bo.transport.handle(PROTOCOL, () => Promise.resolve(encodeCanonical({ outcomes: 'open' })))
    await ann.transport.connect(bo.transport.peer, bo.transport.addresses(), soon())
    expect((await ann.dialBack.ask(bo.transport.peer, [ann.port()], soon())).outcome).toBe('no-word')
    await bo.transport.stop()
    expect((await ann.dialBack.ask(bo.transport.peer, [ann.port()], soon())).outcome).toBe('no-word')
  })

  describe('how this peer can be reached', () => {
    const reachOf = ({ transport }: Side, contacts: readonly PeerId[], keptPort?: number) =>
      createOwnReach({
        transport,
        mdns: false,
        isContact: (peer) => contacts.includes(peer),
        choices: {
          portMapping: () => ({ state: 'off' }),
          mapsPort: () => false,
          relaying: () => 'off',
          joinThrough: () => [],
          onChange: () => () => undefined,
        },
        ...(keptPort === undefined ? {} : { keptPort }),
      })

    it('[H12] is unknown before a contact was asked, and then what they say, as long as they are contacts', async () => {
      const ann = await start()
      const own = reachOf(ann, [], ann.port())
      expect(own.now()).toMatchObject({
        listening: { kind: 'kept', port: ann.port() },
        addresses: [{ address: `/ip4/127.0.0.1/tcp/${ann.port()}`, scope: 'machine' }],
        ipv6: 'none',
        reachability: 'unknown',
        confirmations: [],
      })
      const bo = await start()
      const contacts = [bo.transport.peer]
      const known = reachOf(ann, contacts, ann.port())
      let told = 0
      known.onChange(() => (told += 1))
      await ann.transport.connect(bo.transport.peer, bo.transport.addresses(), soon())
      // At the same time is once: the contact would not dial back twice.
      const checked = await Promise.all([known.check(soon()), known.check(soon())])
      expect(checked.map(({ reachability }) => reachability)).toEqual(['local', 'local'])
      expect(bo.probed).toHaveLength(1)
      expect(told).toBeGreaterThan(0)
      // Too soon: what was said stands.
      expect(await known.check(soon())).toMatchObject({ confirmations: [{ outcome: 'open' }] })
      contacts.pop()
      expect(known.now()).toMatchObject({ reachability: 'unknown', confirmations: [] })
    })

    it.each([
      // The word of a contact that never came does not count.
      ['open', 'internet', 'unknown'],
      ['no-answer', 'internet', 'closed'],
      ['refused', 'internet', 'closed'],
      ['no-answer', 'local', 'unknown'],
    ] as const)('[H12] the word %s from the %s is %s', async (outcome, scope, reachability) => {
      const [ann, bo] = await Promise.all([start(), start()])
      bo.transport.handle(PROTOCOL, () => {
        const seen = scope === 'internet' ? '/ip4/203.0.113.5' : '/ip4/192.168.1.5'
        const outcomes = [{ port: 20_000, outcome }]
        const reply: DialBackReply = { seen, outcomes, received_ms: 1, answered_ms: 2 }
        return Promise.resolve(encodeCanonical(reply))
      })
      await ann.transport.connect(bo.transport.peer, bo.transport.addresses(), soon())
      const own = reachOf(ann, [bo.transport.peer])
      expect(own.now().listening).toEqual({ kind: 'given', ports: [ann.port()] })
      expect((await own.check(soon())).reachability).toBe(reachability)
    })
  })

  it('[H12] the answer has a schema that bounds it', () => {
    const outcomes = Array.from({ length: 3 }, () => ({ port: 1, outcome: 'open' }))
    const bytes = encodeCanonical({ outcomes, received_ms: 1, answered_ms: 1 })
    expect(decodeCanonical(bytes, DialBackReply, 1_024).ok).toBe(false)
  })
})
