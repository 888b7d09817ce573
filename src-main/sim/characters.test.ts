import { describe, expect, test } from 'vitest'
import type { JobState } from '../peer/requester/slice.ts'
import type { PeerRecord } from '../verification/reputation.ts'
import type { Character } from './character.ts'
import { createDice } from './dice.ts'
import { plannedFriends, plannedJob, plannedPeer } from './planned-mesh.ts'
import { rightOutput } from './process/truth.ts'
import { DURATIONS, type PlannedPeer } from './scenario.ts'
import { simulateScenario, type Report } from './simulate.ts'

const SUBMIT_AT_MS = 20_000
const UNITS = 60
const SEEDS = [1, 2]

/** A job in a mesh of these peers; the first one asks, who is honest unless he is said to be otherwise. */
interface Asked {
  readonly asker?: Character
  readonly others: readonly Character[]
  readonly redundancy: number
  /** Whether the asker trusts the peers that are not honest. */
  readonly trusts?: boolean
}

interface Seen {
  readonly report: Report
  readonly job: JobState
  /** Units whose verified output is not the right one. */
  readonly wrong: number
  /** The asker's experience with each of the others, in their order; undefined where there was none. */
  readonly records: readonly (PeerRecord | undefined)[]
}

const honest = (count: number): Character[] => Array.from({ length: count }, () => ({ kind: 'honest' }))

/** Runs it to its end, while every invariant is checked. */
async function run(
  { asker = { kind: 'honest' }, others, redundancy, trusts = true }: Asked,
  seed: number,
): Promise<Seen> {
  const dice = createDice(seed)
  const machine = { cores: 2, score: 1, skewMs: 0 }
  const peers = [asker, ...others].map((character, i): PlannedPeer => {
    const plan = { ...plannedPeer(`p${i}`, machine, 0, dice), character }
    return character.kind === 'free-rider' ? { ...plan, availability: { kind: 'never' } } : plan
  })
  // A whitewasher's keys come one after the other.
  const keys = peers.map((plan, i) => {
    const before = peers[i - 1]
    const isNext = plan.character.kind === 'whitewasher' && before?.character.kind === 'whitewasher'
    return isNext ? { ...plan, follows: before.peer } : plan
  })
  const [first] = keys
  if (first === undefined) throw new Error('the first peer asks')
  const manifest = plannedJob({
    requester: first.peer,
    number: 0,
    units: UNITS,
    unitSeconds: 1,
    redundancy,
    priority: 0.5,
  })
  let seen: Omit<Seen, 'report'> | undefined
  const report = await simulateScenario(
    {
      peers: keys,
      acquaintances: keys.flatMap((a, i) =>
        keys.slice(i + 1).map((b) => {
          const friends = plannedFriends(a.peer, b.peer)
          return trusts || b.character.kind === 'honest' ? friends : { ...friends, trustByInviter: 0 }
        }),
      ),
      weather: { delayMs: [10, 60], loss: 0, duplication: 0 },
      durations: DURATIONS,
      incidents: [{ atMs: SUBMIT_AT_MS, kind: 'submit', peer: first.peer, manifest }],
      calmAtMs: 70_000,
    },
    { seed, peers: keys.length },
    {
      ended({ residents }) {
        const { state, runtime } = residents.get(first.peer)!.process!
        const { requester } = state
        const job = runtime.jobs.find(manifest.job_id)!
        const wrong = [...runtime.jobs.units(job)].filter((unit) => {
          const verified = runtime.jobs.unit(job, unit)?.verified
          return verified !== undefined && verified.cid !== rightOutput(manifest, unit).cid
        })
        seen = {
          job,
          wrong: wrong.length,
          records: keys.slice(1).map(({ peer }) => requester.records.get(peer)),
        }
      },
    },
  )
  if (seen === undefined) throw new Error(report.broken?.message ?? 'the run has no end')
  return { report, ...seen }
}

const DONE = { status: { state: 'done' }, verified: UNITS }

describe('a peer that is no better than it seems', () => {
  test('[S6] is honest until it has a good standing, and is found out when it lies', async () => {
    for (const seed of SEEDS) {
      const others: Character[] = [{ kind: 'sleeper', honestUnits: 10 }, ...honest(3)]
      const { job, wrong, records } = await run({ others, redundancy: 2 }, seed)
      expect({ seed, ...job }).toMatchObject({ seed, ...DONE })
      expect(wrong).toBe(0)
      expect(records[0]?.verified).toBeGreaterThan(2)
      expect(records[0]?.rejected).toBeGreaterThan(0)
    }
  })

  test('[S6] comes back under a new key when it was found out, and is found out again', async () => {
    for (const seed of SEEDS) {
      const others: Character[] = [{ kind: 'whitewasher' }, { kind: 'whitewasher' }, ...honest(3)]
      const { job, wrong, records } = await run({ others, redundancy: 2 }, seed)
      expect({ seed, ...job }).toMatchObject({ seed, ...DONE })
      expect(wrong).toBe(0)
      expect(records.slice(0, 2).map((record) => (record?.rejected ?? 0) > 0)).toEqual([true, true])
    }
  })
})

describe('keys of one mind', () => {
  const sybils = (count: number, isBold: boolean): Character[] =>
    Array.from({ length: count }, () => ({ kind: 'sybil', mind: 1, isBold }))

  test.each([true, false])(
    '[S6] [S19] win no unit while they are fewer than a quorum (bold: %s)',
    async (isBold) => {
      for (const seed of SEEDS) {
        const { job, wrong } = await run(
          { others: [...sybils(2, isBold), ...honest(4)], redundancy: 4 },
          seed,
        )
        expect({ seed, ...job }).toMatchObject({ seed, ...DONE })
        expect(wrong).toBe(0)
      }
    },
  )

  test('[S19] get nothing where they are not trusted, however many they are', async () => {
    for (const seed of SEEDS) {
      const asked = { others: [...sybils(5, true), ...honest(2)], redundancy: 2, trusts: false }
      const { job, wrong, records } = await run(asked, seed)
      expect({ seed, ...job }).toMatchObject({ seed, ...DONE })
      expect(wrong).toBe(0)
      expect(records.slice(0, 5)).toEqual(Array(5).fill(undefined))
    }
  })

  test('[S19] win units where a requester trusts a quorum of them, and are seldom found out', async () => {
    const { wrong, records } = await run({ others: [...sybils(4, false), ...honest(1)], redundancy: 2 }, 1)
    expect(wrong).toBeGreaterThan(0)
    const rejected = records.slice(0, 4).reduce((sum, record) => sum + (record?.rejected ?? 0), 0)
    expect(rejected).toBeLessThan(wrong / 4)
  })
})

describe('a peer that lends nothing', () => {
  test('[S12] [S19] is served like any other that is trusted', async () => {
    for (const seed of SEEDS) {
      const { job, report } = await run(
        { asker: { kind: 'free-rider' }, others: honest(3), redundancy: 2 },
        seed,
      )
      expect({ seed, broken: report.broken, ...job }).toMatchObject({ seed, broken: undefined, ...DONE })
    }
  })
})

test('a run measures messages, rounds and efficiency', async () => {
  const alone = await run({ others: honest(3), redundancy: 1 }, 1)
  const lied = await run({ others: [...honest(3), { kind: 'wrong', share: 1 }], redundancy: 2 }, 1)
  expect(alone.report.efficiency).toBeGreaterThan(0.9)
  expect(lied.report.efficiency).toBeLessThan(alone.report.efficiency)
  for (const { report } of [alone, lied]) {
    expect(report.messagesPerPeer).toBeGreaterThan(10)
    expect(report.roundsToConvergence).toBeGreaterThan(0)
  }
})
