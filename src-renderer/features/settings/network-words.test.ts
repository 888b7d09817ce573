import { describe, expect, it } from 'vitest'
import type { OwnReach, PeerId } from '#contract'
import { english } from '../../../src-preload/text/en/all.ts'
import { german } from '../../../src-preload/text/de/all.ts'
import { networkVerdict, routerSteps } from './network-words.ts'

const words = english.settings.network
const BEHIND_ROUTER: OwnReach = {
  listening: { kind: 'kept', port: 20_123 },
  addresses: [
    { address: '/ip4/127.0.0.1/tcp/20123', scope: 'machine' },
    { address: '/ip4/192.168.178.31/tcp/20123', scope: 'local' },
  ],
  ipv6: 'none',
  nearby: true,
  reachability: 'closed',
  confirmations: [],
  port_mapping: { state: 'none', allowed: true, why: 'UPnP: no router answers' },
  relays: [],
  relaying: { choice: 'off', is_on: false, lines: 0 },
  join_through: [],
}
const MAPPED: OwnReach['port_mapping'] = {
  state: 'mapped',
  allowed: true,
  by: 'UPnP',
  address: '/ip4/203.0.113.7/tcp/20123',
  since_ms: 0,
}
const CY = [{ peer_id: 'cy' as PeerId, name: 'Cy' }]

const verdict = (of: Partial<OwnReach>, connected = 1, text = words) =>
  networkVerdict({ ...BEHIND_ROUTER, ...of }, connected, text, (names) => names.join(' & '))
const steps = (of: Partial<OwnReach>) => routerSteps({ ...BEHIND_ROUTER, ...of }, words)

describe('how this PC is reached, in a sentence', () => {
  it('[H27] names the relays where no friend gets in directly, and what would make it direct', () => {
    const dee = { peer_id: 'dee' as PeerId, name: 'Dee' }
    for (const reachability of ['closed', 'unknown', 'local'] as const) {
      expect(verdict({ reachability, relays: [...CY, dee] })).toMatchObject({
        kind: 'relayed',
        sentence: 'Your people reach this PC through Cy & Dee',
        todo: expect.stringMatching(/large files wait.*becomes direct once your router/) as string,
      })
    }
    expect(verdict({ relays: CY, port_mapping: MAPPED }).todo).toMatch(/as soon as one gets through/)
    expect(verdict({ relays: [{ peer_id: '12D3KooWabcdef' as PeerId, name: '' }] }).sentence).toMatch(
      /abcdef$/,
    )
  })

  it('[H27] is plain where others get in, whatever else there is', () => {
    expect(verdict({ reachability: 'open', relays: CY, port_mapping: MAPPED })).toEqual({
      kind: 'open',
      sentence: words.verdict.open,
    })
  })

  it('[H27] says what keeps others out: the router, another one before it, or a firewall', () => {
    expect(verdict({}).todo).toBe(words.todo.closed)
    expect(verdict({ port_mapping: MAPPED }).todo).toBe(words.todo.closedMapped)
    const addresses: OwnReach['addresses'] = [{ address: '/ip4/203.0.113.7/tcp/20123', scope: 'internet' }]
    const own = { addresses, port_mapping: { state: 'off', allowed: true } } as const
    expect(verdict({ ...own, addresses: [...addresses] }).todo).toMatch(/firewall.*TCP port 20123/)
  })

  it('[H27] takes the router’s word for no more than it is', () => {
    const told = { reachability: 'unknown', port_mapping: MAPPED } as const
    expect(verdict(told)).toMatchObject({ kind: 'mapped', sentence: words.mapped, todo: words.askThem })
    expect(verdict(told, 0).todo).toBe(words.nobodyToAsk)
    expect(verdict({ reachability: 'unknown' }).kind).toBe('unknown')
  })

  it('has a sentence of its own for each, in both languages', () => {
    for (const { settings } of [english, german]) {
      const all = [
        verdict({}, 1, settings.network),
        verdict({ reachability: 'open' }, 1, settings.network),
        verdict({ reachability: 'local' }, 1, settings.network),
        verdict({ reachability: 'unknown' }, 1, settings.network),
        verdict({ reachability: 'unknown', port_mapping: MAPPED }, 1, settings.network),
        verdict({ relays: CY }, 1, settings.network),
      ]
      expect(new Set(all.map(({ sentence }) => sentence)).size).toBe(all.length)
    }
  })
})

describe('the steps by which a router lets others in', () => {
  it('[H27] name its page, the port and this PC’s address', () => {
    const [open, , forward] = steps({})
    expect(open).toMatch(/^Open http:\/\/192\.168\.178\.1 /)
    expect(forward).toBe('Forward TCP port 20123 to 192.168.178.31: that is this PC.')
    const off = { state: 'off', allowed: false } as const
    // A router that this PC does not ask does nothing for it by itself.
    expect(steps({ port_mapping: off, reachability: 'unknown' })[1]).toBe('Look for “port forwarding”.')
    expect(steps({ listening: { kind: 'given', ports: [4_001] } })[2]).toMatch(/TCP port 4001/)
    expect(steps({ addresses: [{ address: '/ip6/fd00::7/tcp/20123', scope: 'local' }] })).toEqual([
      words.router.steps.openUnknown,
      words.router.steps.look,
      'Forward TCP port 20123 to this PC.',
    ])
  })

  it('[H27] are not told where there is nothing to do', () => {
    expect(steps({ reachability: 'open' })).toEqual([])
    expect(steps({ port_mapping: MAPPED })).toEqual([])
    expect(steps({ port_mapping: { state: 'off', allowed: true } })).toEqual([])
    expect(steps({ addresses: BEHIND_ROUTER.addresses.slice(0, 1) })).toEqual([])
  })
})
