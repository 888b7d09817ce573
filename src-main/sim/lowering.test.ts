import { expect, test } from 'vitest'
import { createDice } from './dice.ts'
import { plannedFriends, plannedJob, plannedPeer } from './planned-mesh.ts'
import { START_MS } from './scenario.ts'
import { createWorld } from './world.ts'

const SEED = 7
const SUBMIT_MS = 30_000
const LEAVE_MS = 33_000
const LOWER_MS = 90_000
const HOUR_MS = 3_600_000

/** When a job that two peers check has ended, of which one leaves; from its submission. @param lowers whether its user lets one check */
async function endOf(lowers: boolean): Promise<number | undefined> {
  const dice = createDice(SEED)
  const machine = { cores: 2, score: 1, skewMs: 0 }
  const [requester, provider] = [plannedPeer('r', machine, 0, dice), plannedPeer('p', machine, 0, dice)]
  const job = plannedJob({
    requester: requester.peer,
    number: 1,
    units: 40,
    unitSeconds: 2,
    redundancy: 2,
    priority: 0.5,
  })
  let endMs: number | undefined
  const world = createWorld(
    {
      peers: [requester, provider],
      acquaintances: [plannedFriends(requester.peer, provider.peer)],
      weather: { delayMs: [40, 120], loss: 0, duplication: 0 },
      durations: { factor: [0.7, 1.5], stragglers: 0 },
      incidents: [
        { atMs: SUBMIT_MS, kind: 'submit', peer: requester.peer, manifest: job },
        { atMs: LEAVE_MS, kind: 'share', peer: provider.peer, availability: { kind: 'never' } },
        ...(lowers
          ? [{ atMs: LOWER_MS, kind: 'lower', peer: requester.peer, job: job.job_id, redundancy: 1 } as const]
          : []),
      ],
      calmAtMs: 0,
    },
    SEED,
    {
      turned({ me, state }) {
        const isDone = state.requester.jobs.get(job.job_id)?.status.state === 'done'
        if (me === requester.peer && isDone) endMs ??= nowMs() - SUBMIT_MS
      },
      starting: () => undefined,
      offered: () => undefined,
      taken: () => undefined,
      died: () => undefined,
      restarted: () => undefined,
      submitted: () => undefined,
      happened: () => undefined,
    },
  )
  const nowMs = (): number => world.schedule.nowMs() - START_MS
  while (endMs === undefined && nowMs() < HOUR_MS && (await world.next()));
  return endMs
}

test('[W42] a job whose second checker has left ends soon after its user lets one peer check', async () => {
  expect(await endOf(false)).toBeUndefined()
  const endMs = await endOf(true)
  expect(endMs).toBeGreaterThan(LOWER_MS - SUBMIT_MS)
  expect(endMs).toBeLessThan(LOWER_MS - SUBMIT_MS + 120_000)
})
