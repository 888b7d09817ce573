import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { AddressScope } from '../../ports/reach.ts'
import { ADDRESSES_MAX } from '../../protocol/address-record.ts'

/** Addresses at relays: long ones, and a relay is known at few. */
const RELAYED_TOLD_MAX = 6
/** Addresses of this machine alone, and of one link (RFC 1122, 4291): no peer reaches it there from elsewhere. */
const LOOPBACK = /^\/(ip4\/127\.|ip6\/(::1|0:0:0:0:0:0:0:1)\/)/
const LINK_LOCAL = /^\/(ip4\/169\.254\.|ip6\/fe[89ab])/i
/** Addresses of a private network (RFC 1918, 6598, 4193), where friends in one house meet. */
const PRIVATE =
  /^\/(ip4\/(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|ip6\/f[cd])/i

/**
 * Special addresses (IANA's registries, RFC 6890): of this network, private, of one line, for tests of networks, multicast,
 * and reserved. Those of documentation lead nowhere, and are left for tests.
 */
const INSIDE_IP4 = subnets('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
])
/** All that is assigned to hosts of the internet (RFC 4291) … */
const OUTSIDE_IP6 = subnets('ipv6', [['2000::', 3]])
/** … but for those with an IPv4 address inside, which may be any: Teredo and 6to4. */
const TUNNELS_IP6 = subnets('ipv6', [
  ['2001::', 32],
  ['2002::', 16],
])

/**
 * Whether an address, or an IP address alone, is one that can be reached from anywhere. IPs are compared by their bits: one
 * IP has many spellings (`0:0::1`, `::ffff:127.0.0.1`). Names of hosts, and what is none, are not.
 */
export function isOutside(address: string): boolean {
  const host = address.startsWith('/') ? (address.split('/')[2] ?? '') : address
  if (isIPv4(host)) return !INSIDE_IP4.check(host)
  return isIPv6(host) && OUTSIDE_IP6.check(host, 'ipv6') && !TUNNELS_IP6.check(host, 'ipv6')
}

function subnets(
  family: 'ipv4' | 'ipv6',
  all: readonly (readonly [net: string, prefix: number])[],
): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of all) list.addSubnet(net, prefix, family)
  return list
}

/** Whether an address is of this machine alone. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address)
}

/**
 * The addresses worth telling others: public ones first, then those of private networks, then relays. Those of this
 * machine alone are told only when there are no others, as where several peers run on one machine.
 */
export function shareableAddresses(addresses: readonly string[]): string[] {
  const isRelayed = (address: string): boolean => address.includes('/p2p-circuit')
  const rankOf = (address: string): number => (isRelayed(address) ? 2 : 0) + (PRIVATE.test(address) ? 1 : 0)
  const elsewhere = addresses.filter((address) => !LOOPBACK.test(address) && !LINK_LOCAL.test(address))
  const told = elsewhere.length > 0 ? elsewhere : addresses
  const ranked = [...new Set(told)].sort((a, b) => rankOf(a) - rankOf(b))
  const relayed = new Set(ranked.filter(isRelayed).slice(0, RELAYED_TOLD_MAX))
  return ranked.filter((address) => !isRelayed(address) || relayed.has(address)).slice(0, ADDRESSES_MAX)
}

/** How far an address reaches, by its beginning (RFC 1122, 1918, 4193, 4291, 6598). */
export function scopeOf(address: string): AddressScope {
  if (address.includes('/p2p-circuit')) return 'relay'
  if (LOOPBACK.test(address)) return 'machine'
  return LINK_LOCAL.test(address) || PRIVATE.test(address) ? 'local' : 'internet'
}
