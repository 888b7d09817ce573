import type { OwnReach } from './reach.ts'

/** A PC in a home's network, and the usual address of its router's page. */
export interface HomeNetwork {
  /** This PC's IPv4 address there. */
  readonly own: string
  /** The network's first address, which nearly all routers take for themselves. */
  readonly router: string
}

const LOCAL_IP4 = /^\/ip4\/((\d+\.\d+\.\d+)\.(\d+))\/tcp\//
/** Networks that programs make within a PC (Docker, virtual machines) begin here mostly, with the PC at the first address. */
const WITHIN_PC = /^172\.(1[6-9]|2\d|3[01])\./

/**
 * The home network in which a PC listens, to tell its user where to look; undefined where it listens in none. The
 * router's address is a guess: a peer does not report the system's routes.
 */
export function homeNetworkOf({ addresses }: Pick<OwnReach, 'addresses'>): HomeNetwork | undefined {
  const networks = addresses.flatMap(({ address, scope }) => {
    const [, own = '', network = '', host] = LOCAL_IP4.exec(address) ?? []
    const isOfHome = scope === 'local' && host !== undefined && host !== '1' && !own.startsWith('169.254.')
    return isOfHome ? [{ own, router: `${network}.1` }] : []
  })
  return networks.find(({ own }) => !WITHIN_PC.test(own)) ?? networks[0]
}

/** The host and port of a multiaddress, as a router's page writes them: `203.0.113.7:20123`; the text itself if it has none. */
export function hostAndPort(address: string): string {
  const [, family, host, port] = /^\/(ip4|ip6|dns[46]?)\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? []
  if (host === undefined || port === undefined) return address
  return family === 'ip6' ? `[${host}]:${port}` : `${host}:${port}`
}
