/**
 * Addresses of one's own network: private ones (RFC 1918, 4193), those of one line (RFC 3927, 4291) and this machine's
 * own. Those that a carrier shares out among its customers (RFC 6598) are not among them.
 */
const LOCAL =
  /^\/(ip4\/(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)|ip6\/(::1\/|0:0:0:0:0:0:0:1\/|fe[89ab][0-9a-f]:|f[cd][0-9a-f]{2}:))/i

/** Whether a multiaddress, as a connection shows it, is in the local network; a relayed one never is. */
export function isLocalAddress(address: string): boolean {
  return LOCAL.test(address.replace(/^\/ip6zone\/[^/]+/, '')) && !address.includes('/p2p-circuit')
}

/** The host of a multiaddress, in which a port and all else is left out. */
export function hostOfAddress(address: string): string {
  const [, family = '', host = ''] = address.replace(/^\/ip6zone\/[^/]+/, '').split('/')
  return `${family}/${host}`
}
