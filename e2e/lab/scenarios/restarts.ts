import type { Outcome, Scenario, Stage } from '../scenario.ts'
import { areConnected, pair, pairByCode, prepare, timeUntilConnected } from '../measures.ts'
import type { LabPeer } from '../peer.ts'

/** Where it is not met in time, how long more is looked whether it happens at all. */
const LOOK_ON_MS = 60_000

/** Ends peers, lets something happen meanwhile, starts them again, and waits, from when both answer, until they are connected. */
async function measureMeeting(
  { slack }: Stage,
  [a, b]: readonly [LabPeer, LabPeer],
  wantedMs: number,
  meanwhile: () => Promise<void>,
): Promise<Outcome> {
  await Promise.all([a.kill(), b.kill()])
  await meanwhile()
  await Promise.all([a.start(), b.start()])
  const lookOnMs = LOOK_ON_MS * slack
  const { tookMs, measured } = await timeUntilConnected(a, b, lookOnMs)
  return {
    met: tookMs !== undefined && tookMs <= wantedMs * slack,
    measured,
    figures: tookMs === undefined ? {} : { connected_ms: Math.round(tookMs) },
  }
}

/** Two friends at public addresses, paired and connected. */
async function pairOfFriends(stage: Stage): Promise<readonly [LabPeer, LabPeer]> {
  const [annHost, bobHost] = [await stage.internet.publicHost('ann'), await stage.internet.publicHost('bob')]
  const [ann, bob] = await Promise.all([
    stage.startPeer({ name: 'Ann', host: annHost }),
    stage.startPeer({ name: 'Bob', host: bobHost }),
  ])
  await pair(ann, bob)
  await prepare('Ann and Bob are connected', () => areConnected(ann, bob))
  return [ann, bob]
}

const firstMeeting: Scenario = {
  name: 'an invite code of a PC with a public address',
  wanted: 'paired',
  async run(stage) {
    const [ann, bob] = await Promise.all([
      stage.startPeer({ name: 'Ann', host: await stage.internet.publicHost('ann') }),
      stage.startPeer({ name: 'Bob', host: await stage.internet.publicHost('bob') }),
    ])
    await pairByCode(ann, bob)
    const { tookMs, measured } = await timeUntilConnected(ann, bob, LOOK_ON_MS * stage.slack)
    return {
      met: tookMs !== undefined,
      measured,
      figures: {},
    }
  },
}

const bothRestart: Scenario = {
  name: 'both restart, public addresses',
  wanted: 'connected ≤ 5 s',
  async run(stage) {
    return measureMeeting(stage, await pairOfFriends(stage), 5_000, () => Promise.resolve())
  },
}

const oneRestarts: Scenario = {
  name: 'one restarts, public addresses',
  wanted: 'connected ≤ 15 s',
  async run(stage) {
    const [ann, bob] = await pairOfFriends(stage)
    await ann.kill()
    await ann.start()
    const { tookMs, measured } = await timeUntilConnected(ann, bob, LOOK_ON_MS * stage.slack)
    return {
      met: tookMs !== undefined && tookMs <= 15_000 * stage.slack,
      measured,
      figures: tookMs === undefined ? {} : { connected_ms: Math.round(tookMs) },
    }
  },
}

const bothMove: Scenario = {
  name: 'both restart at new addresses, one mutual friend is up',
  wanted: 'connected ≤ 15 s',
  async run(stage) {
    const [ann, bob] = await pairOfFriends(stage)
    const cy = await stage.startPeer({ name: 'Cy', host: await stage.internet.publicHost('cy') })
    for (const friend of [ann, bob]) {
      await pair(cy, friend)
      await prepare(`Cy and ${friend.name} are connected`, () => areConnected(cy, friend))
    }
    return measureMeeting(stage, [ann, bob], 15_000, async () => {
      await ann.host().site.renumber()
      await bob.host().site.renumber()
    })
  },
}

/** Friends who were connected, and start again. */
export const scenarios: readonly Scenario[] = [firstMeeting, oneRestarts, bothRestart, bothMove]
