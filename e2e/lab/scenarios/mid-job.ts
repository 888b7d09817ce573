import type { JobId } from '../../../src-main/protocol/ids.ts'
import { pause } from '../commands.ts'
import * as measures from '../measures.ts'
import type { LabPeer } from '../peer.ts'
import type { Outcome, Scenario, Stage } from '../scenario.ts'

const UNITS = 60
const UNIT_MS = 500
/** Units that are verified when the trouble begins. */
const UNDER_WAY = 6
/** How long after the trouble the job may take: it is thirty seconds long, and two cores are used by others. */
const DONE_WITHIN_MS = 180_000
const PARTITION_S = 60
const SLEEP_S = 600
/** Units that wait for their provider behind a cut line expire, and lower its reliability. */

/** Two friends in a job of Ann's whose units each need both of them. */
interface AtWork {
  readonly ann: LabPeer
  readonly bob: LabPeer
  readonly job: JobId
}

async function goToWork(stage: Stage): Promise<AtWork> {
  const { internet } = stage
  const [ann, bob] = await Promise.all([
    stage.startPeer({ name: 'Ann', host: await internet.publicHost('ann') }),
    stage.startPeer({ name: 'Bob', host: await internet.publicHost('bob') }),
  ])
  await measures.pair(ann, bob)
  await measures.untilMeasured([ann, bob])
  const job = await measures.submitWaiting(ann, UNITS, UNIT_MS)
  await measures.untilUnderWay(ann, job, UNDER_WAY)
  return { ann, bob, job }
}

/** The job's outcome, from the end of the trouble on. */
async function measureEnd({ ann, bob, job }: AtWork): Promise<Outcome> {
  const tookMs = await measures.timeUntil(() => measures.isVerified(ann, job), DONE_WITHIN_MS)
  const { verified, retried, rejected_outputs } = await measures.statusOf(ann, job)
  const [byAnn, byBob] = [await measures.blameOf(ann, bob), await measures.blameOf(bob, ann)]
  const blame = byAnn.units + byBob.units
  return {
    met: tookMs !== undefined && blame === 0 && rejected_outputs === 0,
    measured: `${verified}/${UNITS} verified: ${measures.seconds(tookMs, DONE_WITHIN_MS)} after it; ${retried} given again; blamed: ${byAnn.words}`,
    figures: { verified, retried, blame, ...(tookMs === undefined ? {} : { done_ms: Math.round(tookMs) }) },
  }
}

const undisturbed: Scenario = {
  name: 'no trouble in mid-job',
  wanted: 'all verified, no peer blamed',
  async run(stage) {
    return measureEnd(await goToWork(stage))
  },
}

const addressChanges: Scenario = {
  name: 'the address changes in mid-job: of the provider',
  wanted: 'goes on without a lost unit, no peer blamed',
  async run(stage) {
    const friends = await goToWork(stage)
    await friends.bob.host().site.renumber()
    return measureEnd(friends)
  },
}

const requesterMoves: Scenario = {
  name: 'the address changes in mid-job: of the requester',
  wanted: 'goes on without a lost unit, no peer blamed',
  async run(stage) {
    const friends = await goToWork(stage)
    await friends.ann.host().site.renumber()
    return measureEnd(friends)
  },
}

const sleeping: Scenario = {
  name: 'a laptop sleeps in mid-job, 10 min',
  wanted: 'goes on without a lost unit, no peer blamed',
  async run(stage) {
    const friends = await goToWork(stage)
    const { ann, bob } = friends
    await stage.internet.cut(ann.host().site, bob.host().site)
    await bob.sleep()
    await pause(1_000 * (stage.seconds ?? SLEEP_S))
    await bob.wake()
    await stage.internet.heal()
    return measureEnd(friends)
  },
}

const partition: Scenario = {
  name: 'a partition of 60 s in mid-job',
  wanted: 'nothing lost, no peer blamed',
  async run(stage) {
    const friends = await goToWork(stage)
    await stage.internet.cut(friends.ann.host().site, friends.bob.host().site)
    await pause(1_000 * PARTITION_S)
    await stage.internet.heal()
    return measureEnd(friends)
  },
}

/** All that goes from one of them to the other is lost for a minute, and nothing of what comes back. */
function oneWay(name: string, from: 'ann' | 'bob', to: 'ann' | 'bob'): Scenario {
  return {
    name,
    wanted: 'nothing lost, no peer blamed',
    async run(stage) {
      const friends = await goToWork(stage)
      await stage.internet.lose(friends[from].host().site, friends[to].host().site)
      await pause(1_000 * PARTITION_S)
      await stage.internet.heal()
      return measureEnd(friends)
    },
  }
}

/** Trouble while a job is computed. */
export const scenarios: readonly Scenario[] = [
  undisturbed,
  addressChanges,
  requesterMoves,
  partition,
  oneWay('loss of 60 s in one direction in mid-job: results do not arrive', 'bob', 'ann'),
  oneWay('loss of 60 s in one direction in mid-job: awards do not arrive', 'ann', 'bob'),
  sleeping,
]
