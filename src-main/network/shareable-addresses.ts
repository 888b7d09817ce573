import type { AddressScope } from '../ports/reach.ts'
import { ADDRESSES_MAX } from '../protocol/address-record.ts'

/** Addresses of this machine alone, and of a line of it (RFC 1122, 4291): nobody reaches it there from elsewhere. */
const LOOPBACK = /^\/(ip4\/127\.|ip6\/(::1|0:0:0:0:0:0:0:1)\/)/
const LINK_LOCAL = /^\/(ip4\/169\.254\.|ip6\/fe[89ab])/i
/** Addresses of a private network (RFC 1918, 6598, 4193), where friends in one house meet. */
const PRIVATE =
  /^\/(ip4\/(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|ip6\/f[cd])/i

/**
 * The addresses worth telling others: public ones first, then those of private networks, then relays. Those of this
 * machine alone are told only when there are no others, as where several peers run on one machine.
 */
export function shareableAddresses(addresses: readonly string[]): string[] {
  const rankOf = (address: string): number =>
    address.includes('/p2p-circuit') ? 2 : PRIVATE.test(address) ? 1 : 0
  const elsewhere = addresses.filter((address) => !LOOPBACK.test(address) && !LINK_LOCAL.test(address))
  const told = elsewhere.length > 0 ? elsewhere : addresses
  return [...new Set(told)].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, ADDRESSES_MAX)
}

/** How far an address reaches, by its beginning (RFC 1122, 1918, 4193, 4291, 6598). */
export function scopeOf(address: string): AddressScope {
  if (address.includes('/p2p-circuit')) return 'relay'
  if (LOOPBACK.test(address)) return 'machine'
  return LINK_LOCAL.test(address) || PRIVATE.test(address) ? 'local' : 'internet'
}
