import { describe, expect, it } from 'vitest'
import type { LookFailure, OwnReach, Person, Reach } from '#contract'
import type { PeerId } from '../../protocol/ids.ts'
import { examineNetwork } from './doctor-network.ts'
import { reachText } from '../output/reach-text.ts'

const NOW = 1_800_000_000_000
const BO = 'bo' as PeerId

const reach: OwnReach = {
  listening: { kind: 'kept', port: 20_123 },
  addresses: [
    { address: '/ip4/127.0.0.1/tcp/20123', scope: 'machine' },
    { address: '/ip4/192.168.1.5/tcp/20123', scope: 'local' },
  ],
  ipv6: 'none',
  nearby: true,
  reachability: 'unknown',
  confirmations: [],
  port_mapping: { state: 'none', allowed: true, why: 'UPnP: no router answers' },
  relays: [],
  relaying: { choice: 'auto', is_on: false, lines: 0 },
  join_through: [],
}
const person = (of: Reach, connected = false) => ({ name: 'Bo', connected, reach: of }) as Person
const missing = (failure?: LookFailure): Person =>
  person({
    state: 'unreachable',
    since_ms: NOW - 300_000,
    tries: 7,
    next_try_ms: NOW + 20_000,
    ...(failure === undefined ? {} : { failure }),
  })
const finding = (what: string, of: Partial<OwnReach> = {}, people: readonly Person[] = []) =>
  examineNetwork({ ...reach, ...of }, people, NOW).find((one) => one.what === what)

describe('meshctl doctor network', () => {
  it.each([
    [{ kind: 'kept', port: 20_123 }, 'fine', /20123, which it keeps/],
    [{ kind: 'given', ports: [4_001] }, 'fine', /4001, as --listen says/],
    [{ kind: 'nowhere' }, 'wrong', /listens nowhere/],
  ] as const)('[H14] looks at the port: %j is %s', (listening, verdict, found) => {
    expect(finding('port', { listening: listening as OwnReach['listening'] })).toMatchObject({
      verdict,
      found: expect.stringMatching(found) as string,
    })
  })

  it('[H14] looks at addresses and IPv6', () => {
    expect(finding('addresses')).toMatchObject({
      verdict: 'fine',
      found: '1 of its own network, 1 of this machine alone',
    })
    const alone = finding('addresses', { addresses: reach.addresses.slice(0, 1) })
    expect(alone).toMatchObject({ verdict: 'weak' })
    expect(alone?.found).toMatch(/look whether this machine is online/)
    expect(finding('ipv6')?.verdict).toBe('weak')
    expect(finding('ipv6', { ipv6: 'internet' })?.verdict).toBe('fine')
    expect(finding('nearby')?.verdict).toBe('fine')
    expect(finding('nearby', { nearby: false })?.found).toMatch(/--no-mdns/)
  })

  it.each([
    ['open', 'open', 'fine', /from the internet \(Bo: got through\)/],
    ['local', 'open', 'fine', /from the same network/],
    [
      'closed',
      'no-answer',
      'weak',
      /Bo: gets no answer.*open http:\/\/192\.168\.1\.1 .*forward TCP port 20123 to 192\.168\.1\.5.*meshctl network --relay on/,
    ],
  ] as const)('[H14] says what contacts confirm: %s', (reachability, outcome, verdict, found) => {
    const confirmations = [{ peer_id: BO, name: 'Bo', at_ms: NOW, outcome }]
    const outside = finding('from outside', { reachability, confirmations })
    expect(outside?.verdict).toBe(verdict)
    expect(outside?.found).toMatch(found)
  })

  it('[H14] says why no peer confirms anything', () => {
    expect(finding('from outside')?.found).toBe('nobody is connected who could be asked')
    const here = person({ state: 'direct', over: 'ip4', address: '/x', since_ms: NOW }, true)
    const confirmations = [{ peer_id: BO, name: 'Bo', at_ms: NOW, outcome: 'no-word' }] as const
    expect(finding('from outside', { confirmations: [...confirmations] }, [here])?.found).toMatch(
      /Bo: did not say/,
    )
  })

  it('[H27] names the relay where no peer gets in directly, and how it would become direct', () => {
    const relays = [{ peer_id: BO, name: 'Cy' }]
    const outside = finding('from outside', { reachability: 'closed', relays })
    expect(outside?.verdict).toBe('weak')
    expect(outside?.found).toMatch(/nobody gets in directly.*friends come through Cy.*forward TCP port 20123/)
    const mapped = {
      state: 'mapped',
      allowed: true,
      by: 'UPnP',
      address: '/ip4/203.0.113.7/tcp/20123',
    } as const
    const twice = finding('from outside', {
      reachability: 'closed',
      port_mapping: { ...mapped, since_ms: NOW },
    })
    // Forwarding by hand what is forwarded already would be no use.
    expect(twice?.found).toMatch(/the router was told.*another router/)
    expect(twice?.found).not.toMatch(/forward TCP port/)
  })

  it.each([
    [
      { state: 'mapped', allowed: true, by: 'UPnP', address: '/ip4/203.0.113.7/tcp/20123', since_ms: NOW },
      'fine',
      /^lets others in at 203\.0\.113\.7:20123 \(UPnP\)/,
    ],
    [{ state: 'asking', allowed: true }, 'fine', /being asked/],
    [{ state: 'none', allowed: true, why: 'UPnP: no router answers' }, 'weak', /UPnP: no router answers\); /],
    [{ state: 'off', allowed: true }, 'fine', /no need/],
    [{ state: 'off', allowed: false }, 'weak', /meshctl network --map-port on/],
  ] as const)('[H27] looks at the router: %j is %s', (port_mapping, verdict, found) => {
    expect(finding('router', { port_mapping })).toMatchObject({
      verdict,
      found: expect.stringMatching(found) as string,
    })
    // Where others get in anyway there is nothing to mend.
    expect(finding('router', { port_mapping, reachability: 'open' })?.verdict).toBe('fine')
  })

  it('[H27] says which relays reach this peer, and whether it relays itself', () => {
    const relays = [
      { peer_id: BO, name: 'Cy' },
      { peer_id: BO, name: 'Dee' },
    ]
    expect(finding('relays', { relays })).toMatchObject({
      verdict: 'fine',
      found: expect.stringMatching(/^reached through Cy and Dee/) as string,
    })
    expect(finding('relays')?.verdict).toBe('fine')
    expect(finding('relays', { reachability: 'closed' })).toMatchObject({
      verdict: 'weak',
      found: expect.stringMatching(/none.*meshctl network --relay on/) as string,
    })
    const relaying = (choice: 'on' | 'off' | 'auto', is_on: boolean, lines = 0) =>
      finding('relaying', { relaying: { choice, is_on, lines } })?.found
    expect(relaying('on', true, 2)).toMatch(/^contacts reach each other through this peer; 2 connections/)
    expect(relaying('auto', true, 1)).toMatch(/1 connection at this moment/)
    expect(relaying('auto', false)).toMatch(/^not at this moment; by itself while others reach/)
    expect(relaying('off', false)).toMatch(/^off/)
  })

  it('[H14] compares clocks, and takes what cannot be told for agreement', () => {
    const clock = (ahead_ms: number, error_ms: number) =>
      finding('clock', {
        confirmations: [
          { peer_id: BO, name: 'Bo', at_ms: NOW, outcome: 'open', clock: { ahead_ms: 1, error_ms: 5 } },
          { peer_id: BO, name: 'Cy', at_ms: NOW, outcome: 'open', clock: { ahead_ms, error_ms } },
        ],
      })
    expect(finding('clock')).toBeUndefined()
    expect(clock(200, 5)).toMatchObject({ verdict: 'fine', found: 'agrees with 2 asked' })
    expect(clock(40_000, 20_000)?.verdict).toBe('fine')
    expect(clock(90_000, 5)).toMatchObject({
      verdict: 'weak',
      found: 'that of Cy is 1 min 30 s ahead of this one; set both by the internet',
    })
    expect(clock(-90_000, 5)?.found).toMatch(/behind/)
  })

  it('[H14] names absent people, since when, why, and what to do', () => {
    const found = finding('person', {}, [missing({ kind: 'no-answer', addresses: 3 })])?.found
    expect(found).toBe(
      'Bo is unreachable for 5 min 0 s, tried 7 times, next in 20.0 s: nobody answers at the 3 addresses known; ' +
        'they are offline or behind a router that lets nobody in; a friend of both who relays would do ' +
        '(meshctl network --relay on, on a peer that is reached from outside), or one of you forwards a port',
    )
    const kinds = ['refused', 'no-route', 'another-peer'] as const
    const others = kinds.map((kind) => finding('person', {}, [missing({ kind, addresses: 1 })])?.found)
    expect(new Set([...others, found]).size).toBe(4)
  })
})

describe('a person’s connection in meshctl list-peers', () => {
  it.each([
    [{ state: 'direct', over: 'ip4', address: '/x', since_ms: NOW }, 'direct'],
    [{ state: 'direct', over: 'ip6', address: '/x', since_ms: NOW }, 'direct (IPv6)'],
    [{ state: 'direct', over: 'local', address: '/x', since_ms: NOW }, 'direct (same network)'],
    [{ state: 'relayed', through: BO, through_name: 'Cy', since_ms: NOW }, 'relayed through Cy'],
    [{ state: 'relayed', through: BO, since_ms: NOW }, 'relayed through bo'],
    [{ state: 'looking', since_ms: NOW - 12_000, tries: 2 }, 'looking for 12.0 s'],
  ] as const)('[H14] %j is “%s”', (of, text) => {
    expect(reachText(person(of as Reach, true), NOW)).toBe(text)
  })

  it('[H14] tells why a person is unreachable, and how long a round trip takes', () => {
    expect(reachText(missing({ kind: 'refused', addresses: 1 }), NOW)).toBe(
      'unreachable for 5 min 0 s: refused at the 1 address known',
    )
    const near = person({ state: 'direct', over: 'machine', address: '/x', since_ms: NOW }, true)
    expect(reachText({ ...near, rtt_ms: 0.34 }, NOW)).toBe('direct (this machine), 0.3 ms')
  })
})
