import type { Host } from '../internet.ts'
import { listenIn, probe } from '../probe.ts'
import { ROUTER_ADDRESS } from '../routers.ts'
import type { Scenario, Stage } from '../scenario.ts'

const PORT = 4_001
const OTHER_PORT = 4_002
const LOCAL_PORT = 5_555

/** A friend who listens at two ports, and a PC at home. */
async function friendAndHome(stage: Stage, home: Parameters<Stage['internet']['home']>[1]) {
  const friend = await stage.internet.publicHost('friend')
  await listenIn(friend.namespace, '0.0.0.0', PORT)
  await listenIn(friend.namespace, '0.0.0.0', OTHER_PORT)
  const house = await stage.internet.home('home', home)
  const pc = await house.host('pc')
  return { friend, house, pc }
}

function call(from: Host, to: Host, port: number, localPort = 0): Promise<string> {
  return probe(from.namespace, 'tcp', to.site.address(), String(port), String(localPort))
}

const restricted: Scenario = {
  name: 'the lab: a router keeps ports and lets no stranger in',
  wanted: 'one mapping for two friends; knocking: no answer',
  async run(stage) {
    const { friend, house, pc } = await friendAndHome(stage, { translation: 'restricted' })
    await listenIn(pc.namespace, '0.0.0.0', LOCAL_PORT + 1)
    const seen = [await call(pc, friend, PORT, LOCAL_PORT), await call(pc, friend, OTHER_PORT, LOCAL_PORT)]
    const knocked = await probe(friend.namespace, 'knock', house.site.address(), String(LOCAL_PORT + 1))
    const kept = `${house.site.address()} ${LOCAL_PORT}`
    const met = seen.every((address) => address === kept) && knocked === 'no answer'
    return { met, measured: `seen as ${seen.join(', ')}; knocking: ${knocked}`, figures: {} }
  },
}

const symmetric: Scenario = {
  name: 'the lab: a symmetric router has another port for each friend',
  wanted: 'two mappings',
  async run(stage) {
    const { friend, house, pc } = await friendAndHome(stage, { translation: 'symmetric' })
    const seen = [await call(pc, friend, PORT, LOCAL_PORT), await call(pc, friend, OTHER_PORT, LOCAL_PORT)]
    const isHome = seen.every((address) => address.startsWith(`${house.site.address()} `))
    return { met: isHome && seen[0] !== seen[1], measured: `seen as ${seen.join(', ')}`, figures: {} }
  },
}

const mapping: Scenario = {
  name: 'the lab: a router maps a port that its home asks for',
  wanted: 'reached from outside after it, and not before',
  needs: 'miniupnpd',
  async run(stage) {
    const { friend, house, pc } = await friendAndHome(stage, { translation: 'restricted', mapsPorts: true })
    await listenIn(pc.namespace, '0.0.0.0', LOCAL_PORT)
    const [address, port] = [house.site.address(), String(LOCAL_PORT)]
    const before = await probe(friend.namespace, 'knock', address, port)
    const mapped = await probe(pc.namespace, 'map', ROUTER_ADDRESS, port)
    const after = await call(friend, pc, LOCAL_PORT)
    return {
      met: before === 'no answer' && mapped === String(LOCAL_PORT) && after.startsWith(friend.site.address()),
      measured: `before: ${before}; mapped: ${mapped}; after: reached from ${after}`,
      figures: {},
    }
  },
}

const losing: Scenario = {
  name: 'the lab: the internet loses, resets and heals',
  wanted: 'lost one way, refused both ways, then well',
  async run(stage) {
    const { internet } = stage
    const [a, b] = [await internet.publicHost('a'), await internet.publicHost('b')]
    await listenIn(a.namespace, '0.0.0.0', PORT)
    await internet.lose(a.site, b.site)
    const lost = await probe(b.namespace, 'knock', a.site.address(), String(PORT))
    await internet.heal()
    await internet.reset(a.site, b.site, 60)
    const refused = await call(b, a, PORT)
    await internet.heal()
    const healed = await call(b, a, PORT)
    return {
      met: lost === 'no answer' && refused.includes('ECONNREFUSED') && healed.startsWith(b.site.address()),
      measured: `${lost}; ${refused}; seen as ${healed}`,
      figures: {},
    }
  },
}

const ipv6: Scenario = {
  name: 'the lab: a home with IPv6 is behind a filter',
  wanted: 'calls out with its own address; knocking: no answer',
  async run(stage) {
    const friend = await stage.internet.publicHost('friend')
    await listenIn(friend.namespace, '::', PORT)
    const house = await stage.internet.home('home', { translation: 'symmetric', ipv6: true })
    const pc = await house.host('pc')
    const own = pc.ipv6 ?? ''
    await listenIn(pc.namespace, '::', LOCAL_PORT)
    const seen = await probe(pc.namespace, 'tcp', friend.ipv6 ?? '', String(PORT), '0')
    const knocked = await probe(friend.namespace, 'knock', own, String(LOCAL_PORT))
    return {
      met: seen.startsWith(`${own} `) && knocked === 'no answer',
      measured: `seen as ${seen}; knocking: ${knocked}`,
      figures: {},
    }
  },
}

/** The lab is what it says: without this, a row that is missed could be the lab's own fault. */
export const scenarios: readonly Scenario[] = [restricted, symmetric, mapping, ipv6, losing]
