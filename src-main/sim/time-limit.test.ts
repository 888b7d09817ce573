import { UnitLimits } from '../protocol/unit-limits.ts'
import { describe, expect, test } from 'vitest'
import { encodeState } from '../peer/codec.ts'
import type { JobState } from '../peer/requester/slice.ts'
import type { PeerState } from '../peer/state.ts'
import { equalBytes } from '../protocol/canonical.ts'
import { moduleRules } from '../protocol/job-kinds/module.ts'
import { createProviderAudit } from './audit/audit-provider.ts'
import { letterIn } from './message.ts'
import { createRequesterAudit } from './audit/audit-requester.ts'
import type { Character } from './character.ts'
import { createDice } from './dice.ts'
import { followJournal, restoreState } from './process/disk.ts'
import { plannedFriends, plannedJob, plannedPeer } from './planned-mesh.ts'
import { START_MS, type Incident, type Scenario } from './scenario.ts'
import { createWorld } from './world.ts'

const SUBMIT_AT_MS = 30_000
const UNITS = 12
const LIMIT_MS = 20_000
/** By then three peers have had three turns of the time limit each, one after the other. */
const ENDED_WITHIN_MS = 9 * LIMIT_MS

/** A job of a stranger's module, in a mesh of these peers, the first of whom asks. */
interface Asked {
  readonly characters: readonly Character['kind'][]
  readonly redundancy: number
  /** Units that never end. */
  readonly loops: readonly number[]
  readonly seed: number
  /** Whether every peer loses power once while the units run. */
  readonly crashes?: boolean
}

/** The job at its end, and its requester's state with the standing of the others. */
interface Seen {
  readonly job: JobState
  readonly state: PeerState
  readonly took_ms: number
}

/** Runs it until the job has ended or nothing can come any more; every invariant of both sides holds at every event. */
async function run({ characters, redundancy, loops, seed, crashes = false }: Asked): Promise<Seen> {
  const dice = createDice(seed)
  const peers = characters.map((kind, i) => ({
    ...plannedPeer(`p${i}`, { cores: 2, score: i === 0 ? 0.5 : 1, skewMs: 500 * i }, 0, dice),
    character: { kind } as Character,
  }))
  const [asking, ...others] = peers
  if (asking === undefined) throw new Error('the first peer asks')
  const planned = {
    number: 0,
    units: UNITS,
    unitSeconds: 1,
    priority: 0.5,
    requester: asking.peer,
    redundancy,
  }
  const manifest = {
    ...plannedJob(planned),
    algorithm_id: moduleRules.id,
    algorithm_version: moduleRules.version,
    required_resources: { cpu_cores: 1, ram_gb: 0.001 },
    params: { inline: true, loops: [...loops] },
    limits: UnitLimits.parse({ wall_ms: LIMIT_MS, memory_pages: 1 }),
  }
  const power = peers.map(({ peer }, i): Incident => {
    const atMs = SUBMIT_AT_MS + 5_000 + 3_000 * i
    return { kind: 'crash', peer, point: 'after-flush', downMs: 2_000, atMs }
  })
  const scenario: Scenario = {
    peers,
    acquaintances: peers.flatMap((a, i) => peers.slice(i + 1).map((b) => plannedFriends(a.peer, b.peer))),
    weather: { delayMs: [10, 60], loss: 0, duplication: 0 },
    durations: { factor: [0.7, 1.5], stragglers: 0 },
    incidents: [
      { atMs: SUBMIT_AT_MS, kind: 'submit', peer: asking.peer, manifest },
      ...(crashes ? power : []),
    ],
    calmAtMs: 0,
  }
  const requesters = createRequesterAudit(peers)
  const providers = createProviderAudit(() => 2)
  const world = createWorld(scenario, seed, {
    turned(process, _events, durable) {
      if (durable.length === 0) return
      requesters.turned(process.state, durable)
      providers.turned(process.state, durable)
    },
    offered: (...about) => providers.offered(...about),
    starting: (...about) => providers.starting(...about),
    taken(process, from, message) {
      const letter = letterIn(message)
      if (letter !== undefined) providers.taken(process, from, letter)
    },
    died: () => undefined,
    restarted(_resident, process) {
      requesters.restarted(process.state)
      providers.restarted(process.state)
    },
    submitted: () => undefined,
    happened: () => undefined,
  })
  const jobOf = (): JobState | undefined =>
    world.residents.get(asking.peer)?.process?.state.requester.jobs.get(manifest.job_id)
  const nowMs = (): number => world.schedule.nowMs() - START_MS - SUBMIT_AT_MS
  while (nowMs() < 2 * ENDED_WITHIN_MS && (await world.next())) {
    const status = jobOf()?.status.state
    if (status !== undefined && status !== 'running') break
  }
  const [resident, state] = [
    world.residents.get(asking.peer),
    world.residents.get(asking.peer)?.process?.state,
  ]
  const job = jobOf()
  if (resident === undefined || state === undefined || job === undefined) throw new Error('the job is there')
  // [S7] What happened is in the journal, and in a snapshot and its tail.
  const { disk } = resident
  const whole = followJournal(disk, asking.peer, asking.name)()
  for (const kept of [whole, restoreState(disk, asking.peer, asking.name)]) {
    expect(equalBytes(encodeState(kept), encodeState(state))).toBe(true)
  }
  expect(others).toHaveLength(characters.length - 1)
  return { job, state, took_ms: nowMs() }
}

const SEEDS = [1, 2, 3, 4, 5]
const honest = (count: number) => Array.from({ length: count }, () => 'honest' as const)

describe('a unit that never ends', () => {
  for (const crashes of [false, true]) {
    for (const redundancy of [1, 2, 3]) {
      const how = `redundancy ${redundancy}${crashes ? ', and everybody loses power once' : ''}`
      test(`[W36] [S0]–[S16] ends its job with that fault, and no peer’s standing falls: ${how}`, async () => {
        for (const seed of SEEDS) {
          const { job, state, took_ms } = await run({
            characters: honest(4),
            redundancy,
            loops: [5],
            seed,
            crashes,
          })
          expect({ seed, ...job.status }).toMatchObject({
            seed,
            state: 'failed',
            fault: {
              kind: 'timed-out',
              message: expect.stringContaining('unit 5 ran for its 20 s') as string,
            },
          })
          expect(took_ms).toBeLessThan(ENDED_WITHIN_MS)
          const blamed = [...state.requester.records.values()].map(({ failed, rejected }) => [
            failed,
            rejected,
          ])
          expect(blamed).toEqual(blamed.map(() => [0, 0]))
          if (!crashes)
            expect([...state.requester.records.values()].every(({ expired }) => expired === 0)).toBe(true)
        }
      })
    }
  }

  test('[W36] ends its job where only one other peer is there, too', async () => {
    for (const seed of SEEDS) {
      const { job } = await run({ characters: honest(2), redundancy: 1, loops: [5], seed })
      expect(job.status).toMatchObject({ state: 'failed', fault: { kind: 'timed-out' } })
    }
  })
})

describe('peers that report of every unit, after its whole time, that it does not end', () => {
  test.each([
    ['one, and the asking computer alone', ['honest', 'staller'], 1],
    ['one of three', ['honest', 'staller', 'honest'], 2],
    ['two who collude, of four', ['honest', 'staller', 'staller', 'honest'], 1],
    ['two who collude, of five', ['honest', 'staller', 'staller', 'honest', 'honest'], 2],
    ['three who collude, of eight', ['honest', 'staller', 'staller', 'staller', ...honest(4)], 7],
  ] as const)('[W36] [S0]–[S16] end no job: %s', async (_, characters, redundancy) => {
    for (const seed of SEEDS) {
      const { job } = await run({ characters, redundancy, loops: [], seed })
      expect({ seed, status: job.status.state, verified: job.verified }).toEqual({
        seed,
        status: 'done',
        verified: UNITS,
      })
    }
  })
})
