import { describe, expect, it } from 'vitest'
import { hostOfAddress, isLocalAddress } from './local-address.ts'

describe('local addresses', () => {
  it.each([
    '/ip4/192.168.1.4/tcp/4001',
    '/ip4/10.0.0.1/tcp/1',
    '/ip4/172.16.0.1/tcp/1',
    '/ip4/172.31.255.1/tcp/1',
    '/ip4/169.254.3.4/tcp/1',
    '/ip4/127.0.0.1/tcp/1',
    '/ip6/::1/tcp/1',
    '/ip6/fe80::1/tcp/1',
    '/ip6zone/eth0/ip6/fe80::1/tcp/1',
    '/ip6/fd12:3456::1/udp/1/quic-v1',
  ])('[T7] %s is in the local network', (address) => expect(isLocalAddress(address)).toBe(true))

  it.each([
    '/ip4/8.8.8.8/tcp/1',
    '/ip4/172.32.0.1/tcp/1',
    '/ip4/172.15.0.1/tcp/1',
    '/ip4/100.64.0.1/tcp/1',
    '/ip4/192.169.0.1/tcp/1',
    '/ip4/110.0.0.1/tcp/1',
    '/ip6/2001:db8::1/tcp/1',
    '/ip6/::ffff:1.2.3.4/tcp/1',
    '/ip6/fec0::1/tcp/1',
    '/dns4/10.0.0.1.example/tcp/1',
    '/ip4/192.168.1.4/tcp/4001/p2p/12D3KooW/p2p-circuit',
    '',
  ])('[T7] %s is not', (address) => expect(isLocalAddress(address)).toBe(false))

  it('[T9] tells hosts apart, not their ports', () => {
    expect(hostOfAddress('/ip4/10.0.0.1/tcp/1')).toBe(hostOfAddress('/ip4/10.0.0.1/tcp/2'))
    expect(hostOfAddress('/ip6zone/eth0/ip6/fe80::1/tcp/1')).toBe('ip6/fe80::1')
  })
})
