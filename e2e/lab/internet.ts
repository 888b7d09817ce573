import type { Testbed, Namespace } from './testbed.ts'
import { makeRouter, offerPortMapping, ROUTER_ADDRESS, type Translation } from './routers.ts'

/**
 * The lab's public addresses. Ranges for documentation are private to libp2p and miniupnpd, which would treat a peer there as
 * one that cannot be reached; 25/8 is not routed on the real internet, 3fff::/20 (RFC 9637) is new enough to count as public.
 */
const IPV4 = (site: number, host: number): string => `25.0.${site}.${host}`
const IPV6 = (site: number): string => `3fff:0:${site}`
const IPV6_HOME = (site: number): string => `3fff:1:${site}`

/** A connection to the internet: that of a PC with a public address, or of a home's router. */
export interface Site {
  readonly name: string
  /** Its interface in the internet's namespace. */
  readonly link: string
  /** The public IPv4 address now. */
  address(): string
  /** Gets another public address, as after a night with most providers of DSL. */
  renumber(): Promise<void>
}

/** A machine on which a peer can run. */
export interface Host {
  readonly namespace: Namespace
  /** Its place on the internet. */
  readonly site: Site
  /** Its public IPv6 address, where it has one. */
  readonly ipv6: string | undefined
}

/** A home: a router, and the PCs behind it. */
export interface Home {
  readonly site: Site
  readonly router: Namespace
  /** One more PC in it. */
  host(name: string): Promise<Host>
}

/** How a home is set up. */
export interface HomeOptions {
  readonly translation: Translation
  /** Whether programs may ask its router for ports (UPnP, NAT-PMP). */
  readonly mapsPorts?: boolean
  /** Whether its PCs have public IPv6 addresses, behind the router's filter. */
  readonly ipv6?: boolean
}

/** The internet between all of them. */
export interface Internet {
  readonly namespace: Namespace
  /** A PC with public addresses, IPv4 and IPv6. */
  publicHost(name: string): Promise<Host>
  home(name: string, options: HomeOptions): Promise<Home>
  /** Drops all packets of one site to another, for so many seconds or until it heals. */
  lose(from: Site, to: Site, seconds?: number): Promise<void>
  /** Drops all packets between two sites. */
  cut(a: Site, b: Site, seconds?: number): Promise<void>
  /** Answers all TCP packets between two sites with resets, for so many seconds. */
  reset(a: Site, b: Site, seconds: number): Promise<void>
  /** Ends all drops and resets. */
  heal(): Promise<void>
  close(): void
}

/** Opens an internet on a testbed. */
export async function openInternet(testbed: Testbed): Promise<Internet> {
  const net = await testbed.open('net')
  const ended = new AbortController()
  await net.setSystem('ipv4/ip_forward', 1)
  await net.setSystem('ipv6/conf/all/forwarding', 1)
  await net.nft(...FORWARDING)
  let sites = 0
  const connect = (name: string, namespace: Namespace) => connectSite(net, namespace, name, ++sites)
  return {
    namespace: net,
    async publicHost(name) {
      const namespace = await testbed.open(name)
      const site = await connect(name, namespace)
      const ipv6 = await giveIpv6(namespace, site.index)
      return { namespace, site, ipv6 }
    },
    async home(name, options) {
      const router = await testbed.open(`${name}-router`)
      const site = await connect(name, router)
      await router.ip(...LAN_BRIDGE, `addr add ${ROUTER_ADDRESS}/24 dev lan`)
      await makeRouter(router, options.translation)
      if (options.ipv6 === true) await routeIpv6(net, router, site)
      if (options.mapsPorts === true) await offerPortMapping(router, testbed.folder, ended.signal)
      return homeOf(testbed, router, site, options.ipv6 === true)
    },
    ...failuresOf(net),
    close: () => ended.abort(),
  }
}

/** A site with its number, from which its addresses follow. */
interface NumberedSite extends Site {
  readonly index: number
}

/** Connects a namespace to the internet by its interface `wan`. */
async function connectSite(
  net: Namespace,
  namespace: Namespace,
  name: string,
  index: number,
): Promise<NumberedSite> {
  const link = `s${index}`
  const [gateway4, gateway6] = [IPV4(index, 1), `${IPV6(index)}::1`]
  await net.ip(
    `link add ${link} type veth peer name wan netns ${namespace.name}`,
    `addr add ${gateway4}/24 dev ${link}`,
    `addr add ${gateway6}/64 dev ${link} nodad`,
    `link set ${link} up`,
  )
  await namespace.ip('link set wan up')
  let host = 1
  const site = {
    name,
    index,
    link,
    address: () => IPV4(index, host),
    async renumber() {
      if (host > 1) await namespace.ip(`addr del ${IPV4(index, host)}/24 dev wan`)
      host += 1
      await namespace.ip(`addr add ${IPV4(index, host)}/24 dev wan`, `route replace default via ${gateway4}`)
    },
  }
  await site.renumber()
  return site
}

/** A home without PCs yet. */
function homeOf(testbed: Testbed, router: Namespace, site: NumberedSite, hasIpv6: boolean): Home {
  let hosts = 0
  return {
    site,
    router,
    async host(pc) {
      const namespace = await testbed.open(pc)
      hosts += 1
      const ipv6 = hasIpv6 ? `${IPV6_HOME(site.index)}::${9 + hosts}` : undefined
      await plugIn(namespace, router, hosts)
      if (ipv6 !== undefined) {
        const gateway = `${IPV6_HOME(site.index)}::1`
        await namespace.ip(`addr add ${ipv6}/64 dev eth0 nodad`, `route add default via ${gateway}`)
      }
      return { namespace, site, ipv6 }
    },
  }
}

/** The failures that the internet's firewall can cause between two sites. */
function failuresOf(net: Namespace): Pick<Internet, 'lose' | 'cut' | 'reset' | 'heal'> {
  const add = async (set: string, from: Site, to: Site, seconds?: number): Promise<void> => {
    const timeout = seconds === undefined ? '' : ` timeout ${Math.round(seconds * 1_000)}ms`
    await net.nft(`add element inet lab ${set} { "${from.link}" . "${to.link}"${timeout} }`)
  }
  return {
    lose: (from, to, seconds) => add('lost', from, to, seconds),
    async cut(a, b, seconds) {
      await add('lost', a, b, seconds)
      await add('lost', b, a, seconds)
    },
    async reset(a, b, seconds) {
      await add('refused', a, b, seconds)
      await add('refused', b, a, seconds)
    },
    async heal() {
      await net.nft('flush set inet lab lost', 'flush set inet lab refused')
    },
  }
}

const PAIR_SET = ['type ifname . ifname', 'flags timeout', '}']

/** The internet's rules for packets from one site's interface to another's. */
const FORWARDING = [
  'table inet lab {',
  'set lost {',
  ...PAIR_SET,
  'set refused {',
  ...PAIR_SET,
  'chain forward {',
  'type filter hook forward priority 0',
  'policy accept',
  'iifname . oifname @lost drop',
  'meta l4proto tcp iifname . oifname @refused reject with tcp reset',
  '}',
  '}',
]

const LAN_BRIDGE = ['link add lan type bridge', 'link set lan up']

/** Gives the interface `wan` a public IPv6 address. @returns the address */
async function giveIpv6(namespace: Namespace, index: number): Promise<string> {
  const address = `${IPV6(index)}::2`
  await namespace.ip(`addr add ${address}/64 dev wan nodad`, `route add default via ${IPV6(index)}::1`)
  return address
}

/** Gives a home public IPv6 addresses, and its router one towards the internet. */
async function routeIpv6(
  net: Namespace,
  router: Namespace,
  { index, link }: { index: number; link: string },
) {
  const outside = await giveIpv6(router, index)
  await router.ip(`addr add ${IPV6_HOME(index)}::1/64 dev lan nodad`)
  await net.ip(`route add ${IPV6_HOME(index)}::/64 via ${outside} dev ${link}`)
}

/** Connects a PC with a home's router. Every home has the same private addresses, as in real life. */
async function plugIn(pc: Namespace, router: Namespace, index: number): Promise<void> {
  await router.ip(
    `link add h${index} type veth peer name eth0 netns ${pc.name}`,
    `link set h${index} master lan`,
    `link set h${index} up`,
  )
  await pc.ip(
    'link set eth0 up',
    `addr add 192.168.1.${9 + index}/24 dev eth0`,
    `route add default via ${ROUTER_ADDRESS}`,
  )
}
