import type { JobId, PeerId } from '../protocol/ids.ts'
import type { Machine } from './character.ts'
import { createDice, type Dice } from './dice.ts'
import { plannedFriends, plannedJob, plannedPeer } from './planned-mesh.ts'
import {
  START_MS,
  STRAGGLER_FACTOR,
  type Incident,
  type PlannedPeer,
  type Scenario,
  type UnitDurations,
} from './scenario.ts'
import type { Onlooker } from './resident.ts'
import { createWorld, type World } from './world.ts'

/** Jobs are submitted when all peers are paired and measured. */
const SUBMIT_AT_MS = 30_000
/** A run that takes this many times the ideal has failed. */
const GIVE_UP_FACTOR = 60
const UNIFORM: readonly [number, number] = [0.7, 1.5]

/** One row of the scaling table: one job a requester, honest peers, good weather. */
export interface ScalingCase {
  /** Machines besides the requesters'. */
  readonly providers: number
  /** `equal`: four cores and score 1. `mixed`: 1 to 16 cores, score 0.2 to 1. */
  readonly machines: 'equal' | 'mixed'
  readonly requesters: number
  readonly requesterCores: number
  readonly unitSeconds: number
  readonly delayMs: readonly [number, number]
  readonly redundancy: number
  /** Whether 2 % of the units take eight times as long. */
  readonly stragglers: boolean
  /** Whether a third of the providers leave in the middle and as many come. */
  readonly churn: boolean
  readonly unitsPerCore: number
  readonly seed: number
}

/** The figures of a row. */
export interface ScalingResult {
  readonly peers: number
  readonly cores: number
  readonly unit_s: number
  readonly delay_ms: string
  readonly redundancy: number
  readonly stragglers: boolean
  /** Ideal time divided by the time taken; 0 when the jobs did not end. */
  readonly efficiency: number
  /** Work that the requesters did themselves, divided by their share of the cores. */
  readonly requester_share_ratio: number
  readonly messages_per_unit: number
  readonly brain_us_per_unit: number
  /** Computations beyond units × redundancy, as a share of these. */
  readonly extra_work: number
  readonly took_s: number
}

/** Runs a row in virtual time. */
export async function runScaling(row: ScalingCase): Promise<ScalingResult> {
  const plan = planScaling(row, createDice(row.seed))
  const { requesters, staying, units, idealMs } = plan
  const meter = createMeter(new Set(requesters.map(({ peer }) => peer)), () => world)
  const world = createWorld(plan.scenario, row.seed, meter.onlooker, {
    recordsPerSnapshot: Number.POSITIVE_INFINITY,
    thought: (ms) => {
      meter.counts.brainMs += ms
    },
  })
  const { counts } = meter
  const limitMs = START_MS + SUBMIT_AT_MS + idealMs * GIVE_UP_FACTOR + 120_000
  while (counts.open > 0 && world.schedule.nowMs() < limitMs && (await world.next()));
  const tookMs = counts.endedAtMs - START_MS - SUBMIT_AT_MS
  const total = units * row.requesters
  const requestersShare = speedOf(requesters) / speedOf([...requesters, ...staying])
  return {
    peers: requesters.length + staying.length,
    cores: coresOf([...requesters, ...staying]),
    unit_s: row.unitSeconds,
    delay_ms: row.delayMs.join('–'),
    redundancy: row.redundancy,
    stragglers: row.stragglers,
    efficiency: counts.open > 0 ? 0 : round(idealMs / tookMs, 3),
    requester_share_ratio: round(counts.ownStarted / counts.started / requestersShare, 2),
    messages_per_unit: round((world.network.sent - counts.sentBefore) / total, 2),
    brain_us_per_unit: round((counts.brainMs * 1_000) / total, 1),
    extra_work: round(counts.started / (total * row.redundancy) - 1, 3),
    took_s: round(tookMs / 1_000, 1),
  }
}

/** The peers and jobs of a row. */
interface ScalingPlan {
  readonly scenario: Scenario
  readonly requesters: readonly PlannedPeer[]
  /** The providers that are there from the start. */
  readonly staying: readonly PlannedPeer[]
  /** Units of each requester's job. */
  readonly units: number
  readonly idealMs: number
}

function planScaling(row: ScalingCase, dice: Dice): ScalingPlan {
  const durations: UnitDurations = { factor: UNIFORM, stragglers: row.stragglers ? 0.02 : 0 }
  const requesters = Array.from({ length: row.requesters }, (_, i) =>
    plannedPeer(`r${i}`, { cores: row.requesterCores, score: 1, skewMs: 0 }, 0, dice),
  )
  const leavers = row.churn ? Math.floor(row.providers / 3) : 0
  const staying = Array.from({ length: row.providers }, (_, i) =>
    plannedPeer(`p${i}`, machineOf(row, dice), 0, dice),
  )
  const cores = coresOf([...requesters, ...staying])
  const units = Math.ceil((row.unitsPerCore * cores) / row.redundancy / row.requesters)
  const meanMs = row.unitSeconds * 1_000 * meanFactor(durations)
  const idealMs = (units * row.requesters * meanMs) / unitsAtOnce(row, [...requesters, ...staying])
  const churnAtMs = SUBMIT_AT_MS + Math.round(idealMs * 0.4)
  // The peers that come replace the ones that leave, so that the ideal stays the same.
  const coming = staying
    .slice(0, leavers)
    .map(({ machine }, i) => plannedPeer(`n${i}`, machine, churnAtMs, dice))
  const peers = [...requesters, ...staying, ...coming]
  const scenario: Scenario = {
    peers,
    // Providers know the requesters only: nothing but offers and awards keeps them apart.
    acquaintances: requesters.flatMap(({ peer }, i) =>
      peers.slice(i + 1).map(({ peer: other }) => plannedFriends(peer, other)),
    ),
    weather: { delayMs: row.delayMs, loss: 0, duplication: 0 },
    durations,
    incidents: [
      ...requesters.map(({ peer }, number) => submission(row, peer, number, units)),
      ...staying.slice(0, leavers).map(({ peer }) => departure(peer, churnAtMs)),
    ],
    calmAtMs: 0,
  }
  return { scenario, requesters, staying, units, idealMs }
}

function submission(
  { unitSeconds, redundancy }: ScalingCase,
  requester: PeerId,
  number: number,
  units: number,
): Incident {
  const manifest = plannedJob({ requester, number, units, unitSeconds, redundancy, priority: 0.5 })
  return { atMs: SUBMIT_AT_MS, kind: 'submit', peer: requester, manifest }
}

/** A crash without a return. */
function departure(peer: PeerId, atMs: number): Incident {
  return { atMs, kind: 'crash', peer, point: 'now', downMs: 1_000_000_000 }
}

/** Counts what the requesters and their providers do, from the submission on. */
interface Meter {
  readonly onlooker: Onlooker
  readonly counts: {
    brainMs: number
    started: number
    ownStarted: number
    /** Jobs that have not ended. */
    open: number
    endedAtMs: number
    /** Messages before the last submission. */
    sentBefore: number
  }
}

function createMeter(requesters: ReadonlySet<PeerId>, world: () => World): Meter {
  const counts = {
    brainMs: 0,
    started: 0,
    ownStarted: 0,
    open: requesters.size,
    endedAtMs: 0,
    sentBefore: 0,
  }
  const ended = new Set<JobId>()
  const onlooker: Onlooker = {
    turned(process, _events, durable) {
      for (const event of durable) {
        if (event.kind !== 'outputs-stored' && event.kind !== 'results-received') continue
        const status = process.state.requester.jobs.get(event.job_id)?.status
        if (status?.state !== 'done' || status.atMs !== event.at_ms) continue
        if (ended.has(event.job_id)) continue
        ended.add(event.job_id)
        counts.open--
        counts.endedAtMs = world().schedule.nowMs()
      }
    },
    offered: () => undefined,
    starting(process) {
      counts.started++
      if (requesters.has(process.me)) counts.ownStarted++
    },
    taken: () => undefined,
    died: () => undefined,
    restarted: () => undefined,
    submitted() {
      counts.brainMs = 0
      counts.sentBefore = world().network.sent
    },
    happened: () => undefined,
  }
  return { onlooker, counts }
}

function coresOf(peers: readonly PlannedPeer[]): number {
  return peers.reduce((sum, { machine }) => sum + machine.cores, 0)
}

function speedOf(peers: readonly PlannedPeer[]): number {
  return peers.reduce((sum, { machine }) => sum + machine.cores * machine.score, 0)
}

/** How long a unit takes on average, as a factor of its estimate. */
function meanFactor({ factor: [low, high], stragglers }: UnitDurations): number {
  return ((low + high) / 2) * (1 + stragglers * (STRAGGLER_FACTOR - 1))
}

/**
 * Verified units per mean unit time at best: each unit takes `redundancy` different peers, so that none contributes
 * more than once to a unit. The largest x with Σ min(speed, x) ≥ redundancy · x.
 */
function unitsAtOnce({ redundancy }: ScalingCase, peers: readonly PlannedPeer[]): number {
  const speeds = peers.map(({ machine }) => machine.cores * machine.score)
  let low = 0
  let high = speeds.reduce((sum, speed) => sum + speed, 0) / redundancy
  for (let i = 0; i < 60; i++) {
    const x = (low + high) / 2
    const sum = speeds.reduce((total, speed) => total + Math.min(speed, x), 0)
    if (sum >= redundancy * x * (1 - 1e-12)) low = x
    else high = x
  }
  return high
}

function machineOf({ machines }: ScalingCase, dice: Dice): Machine {
  if (machines === 'equal') return { cores: 4, score: 1, skewMs: 0 }
  return { cores: dice.between(1, 16), score: 0.2 + 0.8 * dice.next(), skewMs: dice.between(-500, 500) }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
