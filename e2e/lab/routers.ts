import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram } from './commands.ts'
import type { Namespace } from './testbed.ts'

/**
 * How a home's router translates. `restricted` is Linux' plain masquerade: it keeps a connection's port, so one mapping
 * serves all destinations, and lets in only hosts that were sent to (RFC 4787: endpoint-independent mapping,
 * address-and-port-dependent filtering). `symmetric` takes a random port for each connection.
 */
export type Translation = 'restricted' | 'symmetric'

/** A router's addresses in its home. */
export const ROUTER_ADDRESS = '192.168.1.1'

/**
 * Makes a namespace with the interfaces `wan` and `lan` a home's router. A caller from outside gets no answer at
 * all, as with routers that are sold: a reset would end others' attempts to open a hole.
 */
export async function makeRouter(router: Namespace, translation: Translation): Promise<void> {
  await router.setSystem('ipv4/ip_forward', 1)
  await router.setSystem('ipv6/conf/all/forwarding', 1)
  await router.nft(
    'table inet home {',
    'chain forward {',
    'type filter hook forward priority 0',
    'policy drop',
    'ct state established,related accept',
    'iifname "lan" accept',
    // Ports that a program of the home has asked for.
    'ct status dnat accept',
    '}',
    'chain input {',
    'type filter hook input priority 0',
    'policy accept',
    'ct state established,related accept',
    'meta l4proto ipv6-icmp accept',
    'iifname "wan" drop',
    '}',
    '}',
    'table ip translation {',
    'chain postrouting {',
    'type nat hook postrouting priority 100',
    translation === 'symmetric' ? 'oifname "wan" masquerade fully-random' : 'oifname "wan" masquerade',
    '}',
    '}',
  )
}

const UPNP_TABLE = 'upnp'

/** Lets a router map ports for programs in its home, by UPnP and NAT-PMP: for themselves only (`secure_mode`). */
export async function offerPortMapping(
  router: Namespace,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const program = findProgram('miniupnpd')
  if (program === undefined) throw new Error('miniupnpd is not installed (package miniupnpd-nftables)')
  await router.ip('route add 224.0.0.0/4 dev lan')
  const chain = (name: string, ...lines: readonly string[]) => [`chain ${name} {`, ...lines, '}']
  await router.nft(
    `table inet ${UPNP_TABLE} {`,
    ...chain('asked_forward'),
    ...chain('asked_prerouting'),
    ...chain('asked_postrouting'),
    ...chain('forward', 'type filter hook forward priority 0', 'policy accept', 'jump asked_forward'),
    ...chain(
      'prerouting',
      'type nat hook prerouting priority -100',
      'policy accept',
      'jump asked_prerouting',
    ),
    ...chain(
      'postrouting',
      'type nat hook postrouting priority 90',
      'policy accept',
      'jump asked_postrouting',
    ),
    '}',
  )
  const config = join(folder, `${router.name}.conf`)
  await writeFile(config, `${configLines(folder, router.name).join('\n')}\n`)
  const daemon = router.spawn(program, ['-d', '-f', config, '-P', join(folder, `${router.name}.pid`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  })
  daemon.on('error', () => undefined) // the signal's end is one too; a daemon that is missed shows in the rows
  await untilListening(daemon.stderr)
}

function configLines(folder: string, name: string): readonly string[] {
  return [
    'ext_ifname=wan',
    'listening_ip=lan',
    'http_port=5000',
    'enable_upnp=yes',
    'enable_natpmp=yes',
    'secure_mode=yes',
    'system_uptime=yes',
    'notify_interval=30',
    'uuid=6d657368-776f-726b-6c61-620000000001',
    `lease_file=${join(folder, `${name}.leases`)}`,
    `upnp_table_name=${UPNP_TABLE}`,
    `upnp_nat_table_name=${UPNP_TABLE}`,
    'upnp_forward_chain=asked_forward',
    'upnp_nat_chain=asked_prerouting',
    'upnp_nat_postrouting_chain=asked_postrouting',
    'allow 1024-65535 192.168.1.0/24 1024-65535',
    'deny 0-65535 0.0.0.0/0 0-65535',
  ]
}

function untilListening(said: NodeJS.ReadableStream | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = ''
    said?.on('data', (text: Buffer) => {
      all += text.toString()
      if (/listening on port|Listening for NAT-PMP/i.test(all)) resolve()
    })
    said?.once('close', () => reject(new Error(`miniupnpd ended: ${all.trim()}`)))
  })
}
