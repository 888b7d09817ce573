import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RoutesTold } from './routes.fixture.ts'

const run = promisify(execFile)
const FIXTURE = new URL('routes.fixture.ts', import.meta.url).pathname
const [NET, ...HOMES] = ['net', 'a', 'b'].map((name) => `mw${process.pid}${name}`) as [string, string, string]
const routerOf = (home: string) => `${home}r`
const SPACES = [NET, ...HOMES.flatMap((home) => [home, routerOf(home)])]
const isHere = ['ip', 'nft'].every((program) => spawnSync('which', [program]).status === 0)
const mayNamespace = process.getuid?.() === 0 && isHere && spawnSync('ip', ['netns', 'add', NET]).status === 0
if (mayNamespace) spawnSync('ip', ['netns', 'delete', NET])

/** A router that lets in answers alone, and does not answer who knocks; it keeps a connection's port, as most do. */
const ROUTER = [
  'table inet home {',
  'chain f { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname "lan" accept; };',
  'chain i { type filter hook input priority 0; policy accept; ct state established,related accept; iifname "wan" drop; };',
  '}',
  'table ip translation { chain o { type nat hook postrouting priority 100; oifname "wan" masquerade; }; }',
].join('\n')

/** With root, iproute2 and nft alone; elsewhere it is skipped. */
describe.skipIf(!mayNamespace)('two homes', () => {
  const children: ChildProcess[] = []
  const ip = (...commands: readonly string[]) =>
    commands.reduce(
      (before, command) => before.then(() => run('ip', command.split(' '))).then(() => undefined),
      Promise.resolve(),
    )

  beforeAll(async () => {
    await ip(...SPACES.map((name) => `netns add ${name}`))
    await run('ip', ['netns', 'exec', NET, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'])
    for (const [index, home] of HOMES.entries()) {
      const router = routerOf(home)
      const site = `25.0.${index + 1}`
      await ip(
        `-n ${NET} link add s${index} type veth peer name wan netns ${router}`,
        `-n ${NET} addr add ${site}.1/24 dev s${index}`,
        `-n ${NET} link set s${index} up`,
        `-n ${router} link add lan type veth peer name eth0 netns ${home}`,
        `-n ${router} addr add ${site}.2/24 dev wan`,
        `-n ${router} addr add 192.168.1.1/24 dev lan`,
        `-n ${router} link set wan up`,
        `-n ${router} link set lan up`,
        `-n ${router} route add default via ${site}.1`,
        `-n ${home} addr add 192.168.1.10/24 dev eth0`,
        `-n ${home} link set eth0 up`,
        `-n ${home} route add default via 192.168.1.1`,
      )
      await run('ip', ['netns', 'exec', router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'])
      await run('ip', ['netns', 'exec', router, 'nft', ROUTER])
      while (!(await run('ip', ['-n', home, 'link', 'show', 'eth0'])).stdout.includes('state UP')) continue
    }
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await ip(...SPACES.map((name) => `netns delete ${name}`))
  })

  function start(space: string) {
    const child = spawn('ip', ['netns', 'exec', space, process.execPath, FIXTURE], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.push(child)
    let state: RoutesTold | undefined
    let heard = Promise.withResolvers<undefined>()
    createInterface(child.stdout).on('line', (line) => {
      state = JSON.parse(line) as RoutesTold
      heard.resolve(undefined)
      heard = Promise.withResolvers()
    })
    const until = async (holds: (now: RoutesTold) => boolean): Promise<RoutesTold> => {
      while (state === undefined || !holds(state)) await heard.promise
      return state
    }
    const connect = ({ peer, addresses }: RoutesTold): void =>
      void child.stdin.write(`${JSON.stringify({ peer, addresses })}\n`)
    return { until, connect }
  }

  it('[H23] behind closed routers meet through a friend outside, and then directly', async () => {
    const [cy, ann, bob] = [start(NET), start(HOMES[0]), start(HOMES[1])]
    const atCy = await cy.until(({ addresses }) => addresses.length > 0)
    const { peer: annId } = await ann.until(() => true)
    const { peer: bobId } = await bob.until(() => true)
    for (const peer of [ann, bob]) peer.connect(atCy)
    await cy.until(({ reachability }) => reachability === 'public')
    const throughCy = ({ addresses }: RoutesTold) =>
      addresses.some((address) => address.includes('/p2p-circuit'))
    await bob.until(throughCy)
    ann.connect(await bob.until(throughCy))
    await ann.until(({ routes }) => routes[bobId] !== undefined)
    await ann.until(({ routes }) => routes[bobId] === 'direct')
    await bob.until(({ routes }) => routes[annId] === 'direct')
    const { reachability } = await ann.until(({ reachability: state }) => state !== 'unknown')
    expect(reachability).toBe('private')
  })
})
