import { describe, expect, test } from 'vitest'
import { createDice } from './dice.ts'
import { plannedFriends, plannedJob, plannedPeer } from './planned-mesh.ts'
import { START_MS, type PlannedPeer } from './scenario.ts'
import { createWorld } from './world.ts'

const SUBMIT_AT_MS = 30_000
const PROVIDERS = 4
const CORES = 4

/** A requester with a job. Times are seconds after all peers are there. */
interface Asking {
  readonly units: number
  readonly unitSeconds: number
  readonly priority: number
  readonly submitted_s: number
}

/** How a requester fared. */
interface Fared {
  /** When providers began each of its units. */
  readonly begun_s: readonly number[]
  readonly ended_s: number
}

const USUAL: Asking = { units: 400, unitSeconds: 2, priority: 0.5, submitted_s: 0 }

/** Four providers of four cores, that work for these until all are served; the requesters share nothing, and have one core of their own. */
async function serve(asking: readonly Asking[], seed = 1): Promise<[Fared, Fared, ...Fared[]]> {
  const dice = createDice(seed)
  const requesters = asking.map((_, i): PlannedPeer => ({
    ...plannedPeer(`r${i}`, { cores: 1, score: 1, skewMs: 0 }, 0, dice),
    availability: { kind: 'never' },
  }))
  const machine = { cores: CORES, score: 1, skewMs: 0 }
  const providers = Array.from({ length: PROVIDERS }, (_, i) => plannedPeer(`p${i}`, machine, 0, dice))
  const numberOf = new Map(requesters.map(({ peer }, number) => [peer, number]))
  const own = new Set(numberOf.keys())
  const fared = asking.map(() => ({ begun_s: [] as number[], ended_s: Number.POSITIVE_INFINITY }))
  let open = asking.length
  const now_s = (): number => (world.schedule.nowMs() - START_MS - SUBMIT_AT_MS) / 1_000
  const world = createWorld(
    {
      peers: [...requesters, ...providers],
      acquaintances: requesters.flatMap(({ peer }) =>
        providers.map((other) => plannedFriends(peer, other.peer)),
      ),
      weather: { delayMs: [40, 120], loss: 0, duplication: 0 },
      durations: { factor: [0.7, 1.5], stragglers: 0 },
      incidents: asking.map(({ submitted_s, ...job }, number) => {
        const requester = requesters[number]?.peer
        if (requester === undefined) throw new Error('every requester is there')
        return {
          atMs: SUBMIT_AT_MS + submitted_s * 1_000,
          kind: 'submit' as const,
          peer: requester,
          manifest: plannedJob({ ...job, requester, number, redundancy: 1 }),
        }
      }),
      calmAtMs: 0,
    },
    seed,
    {
      turned({ me, state }) {
        const his = fared[numberOf.get(me) ?? -1]
        if (his === undefined || Number.isFinite(his.ended_s)) return
        if (
          [...state.requester.jobs.values()].some(({ status }) => status.state !== 'done') ||
          state.requester.jobs.size === 0
        )
          return
        his.ended_s = now_s()
        open--
      },
      starting({ me }, requester) {
        if (!own.has(me)) fared[numberOf.get(requester) ?? -1]?.begun_s.push(now_s())
      },
      offered: () => undefined,
      taken: () => undefined,
      died: () => undefined,
      restarted: () => undefined,
      submitted: () => undefined,
      happened: () => undefined,
    },
    // Peers do not restart here: snapshots would be written, which takes half the time, and never read.
    { recordsPerSnapshot: Number.POSITIVE_INFINITY },
  )
  while (open > 0 && now_s() < 3_600 && (await world.next()));
  const [first, second, ...others] = fared
  if (first === undefined || second === undefined) throw new Error('shares are those of several')
  return [first, second, ...others]
}

function begunBefore({ begun_s }: Fared, time_s: number): number {
  return begun_s.filter((at_s) => at_s < time_s).length
}

describe('several requesters that ask the same providers', () => {
  test.each([1, 2, 3])('[M11] are equals: their shares are, and all end together (seed %i)', async (seed) => {
    const fared = await serve([USUAL, USUAL, USUAL], seed)
    const firstEnd_s = Math.min(...fared.map(({ ended_s }) => ended_s))
    const shares = fared.map((his) => begunBefore(his, firstEnd_s * 0.9))
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(1.15)
    expect(Math.max(...fared.map(({ ended_s }) => ended_s)) / firstEnd_s).toBeLessThan(1.15)
  })

  test('[M10] [B28] go by priority: the first has nearly all until it has nothing open', async () => {
    const [first, second] = await serve([
      { ...USUAL, priority: 0.9 },
      { ...USUAL, priority: 0.1 },
    ])
    expect(begunBefore(first, first.ended_s * 0.9)).toBeGreaterThan(300)
    expect(begunBefore(second, first.ended_s * 0.9)).toBeLessThan(10)
    expect(second.ended_s).toBeLessThan(2.4 * first.ended_s)
  })

  test('[M22] never starve: the last one gets a turn now and then', async () => {
    const [long, starving] = await serve([
      { ...USUAL, priority: 0.9, units: 1_500 },
      { ...USUAL, priority: 0.1 },
    ])
    const turns = starving.begun_s.filter((at_s) => at_s < long.ended_s * 0.9)
    expect(turns.length).toBeGreaterThan(6)
    // A requester's turn comes about every half minute, and none waits for two.
    const waits = turns.map((at_s, i) => at_s - (turns[i - 1] ?? 0))
    expect(Math.max(...waits)).toBeLessThan(60)
  })

  test('[B28] an urgent small job overtakes a long one within a unit’s time', async () => {
    const small = { units: 16, unitSeconds: 2, priority: 0.9, submitted_s: 60 }
    const [, urgent] = await serve([{ ...USUAL, unitSeconds: 10 }, small])
    // 15 s is the longest unit of the long job that may be in the way; the urgent ones take up to 3.
    expect(urgent.ended_s - small.submitted_s).toBeLessThan(15 + 3 + 2)
  })
})
