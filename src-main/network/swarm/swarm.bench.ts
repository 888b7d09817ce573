import { randomBytes } from 'node:crypto'
import type { Benchmark } from '../../bench.ts'
import { befriend, startSwarmPeer, type SwarmPeer } from './swarm.fixture.ts'

const PROVIDERS = 8
const INPUT_BYTES = 100 * 1e6
const MEGABYTE = 1e6

/** How long eight providers take, and what the requester sends, relative to the input. */
async function fetchAll(requester: SwarmPeer, providers: readonly SwarmPeer[], how: 'swarm' | 'one by one') {
  const cid = await requester.blobs.put(randomBytes(INPUT_BYTES))
  const before = requester.exchange.traffic().bytesOut
  const startedMs = performance.now()
  await Promise.all(
    providers.map(({ exchange }) =>
      exchange.fetch(cid, {
        from: [requester.peer],
        ...(how === 'swarm' ? { leader: requester.peer } : {}),
        signal: AbortSignal.timeout(600_000),
      }),
    ),
  )
  const sent = (requester.exchange.traffic().bytesOut - before) / INPUT_BYTES
  return { seconds: (performance.now() - startedMs) / 1_000, sent }
}

/** Eight providers, strangers to one another, that begin at once; all in this process, with stores on disk. */
export const benchmark: Benchmark = {
  name: 'swarm',
  async run(report) {
    const peers: SwarmPeer[] = []
    try {
      const requester = await startSwarmPeer()
      peers.push(requester)
      for (let i = 0; i < PROVIDERS; i++) {
        const provider = await startSwarmPeer()
        peers.push(provider)
        await befriend(provider, requester)
      }
      const swarm = await fetchAll(requester, peers.slice(1), 'swarm')
      const alone = await fetchAll(requester, peers.slice(1), 'one by one')
      report({
        metric: '8 providers fetch 100 MB at once: the requester sends',
        value: swarm.sent,
        unit: '× the input',
        ratio: swarm.sent / alone.sent,
        versus: 'each from the requester',
        target: '≤ 1.5 × the input',
        met: swarm.sent <= 1.5,
        note: `each from the requester ${alone.sent.toFixed(2)} ×`,
      })
      report({
        metric: 'and all have it, in one process',
        value: (PROVIDERS * INPUT_BYTES) / MEGABYTE / swarm.seconds,
        unit: 'MB/s',
        ratio: alone.seconds / swarm.seconds,
        versus: 'each from the requester',
        note: 'the same bytes go through the same two cores; lines of their own are what a swarm is for',
      })
    } finally {
      await Promise.all(peers.map((peer) => peer.stop()))
    }
  },
}
