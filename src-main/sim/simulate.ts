import { encodeState } from '../peer/codec.ts'
import type { JobState, PeerState } from '../peer/state.ts'
import { trustOf } from '../peer/trust.ts'
import { equalBytes } from '../protocol/canonical.ts'
import type { PeerId } from '../protocol/ids.ts'
import { createIdleAudit } from './audit/audit-idle.ts'
import { createProviderAudit } from './audit/audit-provider.ts'
import { createRequesterAudit, isSafe, quorum } from './audit/audit-requester.ts'
import { Broken, hold } from './audit/broken.ts'
import { mayAccuse } from './character.ts'
import { createDice } from './dice.ts'
import { createWholeReplay, restoreState } from './process/disk.ts'
import type { Process, WorldOptions } from './process/process.ts'
import { drawScenario, START_MS, type Parameters, type Scenario } from './scenario.ts'
import { createWorld, type Onlooker, type Resident, type World } from './world.ts'

/** Jobs that can end must have ended this long after calm came; a unit may wait for several late peers. */
const LIVENESS_MS = 900_000
/** After the last job's end everything that was held for it must be gone within this time: two heartbeats. */
const CLEANUP_MS = 45_000
/** How often it is looked whether everything is over. */
const LOOK_MS = 1_000
/** How often it is looked whether anybody is idle. */
const LOOK_IDLE_MS = 250
/** More events than any run needs: something goes round in circles. */
const ACTIONS_MAX = 20_000_000

/** What a run came to. */
export interface Report {
  readonly parameters: Parameters
  /** The invariant that does not hold, if any: which one, what was seen, and when (ms since the world's start). */
  readonly broken?: { readonly rule: string; readonly message: string; readonly atMs: number }
  /** Actions done, and a digest of them all: equal for equal runs. */
  readonly actions: number
  readonly digest: string
  readonly crashes: number
  readonly units: number
  readonly jobsDone: number
  readonly jobsFailed: number
  /** Wrong outputs that lost against a quorum. */
  readonly rejectedOutputs: number
  /** Virtual milliseconds from calm until the last job ended. */
  readonly recoveredMs: number
}

/** What may be told while a run goes on. */
export interface SimulateOptions {
  /** Takes each line of the trace. */
  readonly trace?: (line: string) => void
  /** A brain that is broken on purpose: every peer has it instead of its own. */
  readonly brain?: WorldOptions['brain']
}

/** Lets a scenario take its course, and checks the invariants at every event. Never throws for a broken one. */
export function simulate(parameters: Parameters, options: SimulateOptions = {}): Report {
  const dice = createDice(parameters.seed)
  const scenario = drawScenario(parameters, dice)
  const run = createRun(scenario, parameters, options)
  try {
    run.toTheEnd()
    return run.report()
  } catch (error) {
    return run.report(error)
  }
}

interface Run {
  toTheEnd(): void
  report(error?: unknown): Report
}

function createRun(scenario: Scenario, parameters: Parameters, { trace, brain }: SimulateOptions): Run {
  let actions = 0
  let crashes = 0
  let hash = 0x811c9dc5
  let recoveredMs = 0
  const requesterAudit = createRequesterAudit(scenario.peers)
  const machines = new Map(scenario.peers.map(({ peer, machine }) => [peer, machine]))
  const providerAudit = createProviderAudit((peer) => machines.get(peer)?.cores ?? 0)
  const checkDisk = createDiskCheck()
  const submitted: { requester: PeerId; job: JobState['manifest']['job_id'] }[] = []

  function note(text: string): void {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }

  function say(line: () => string): void {
    trace?.(`${String(world.schedule.nowMs() - START_MS).padStart(7)} ${line()}`)
  }

  function nameOf(peer: PeerId): string {
    return scenario.peers.find((planned) => planned.peer === peer)?.name ?? peer
  }

  const onlooker: Onlooker = {
    turned(process, events, durable) {
      for (const event of [...events, ...durable]) note(`${process.me} ${event.kind} ${event.at_ms}`)
      say(() => `${nameOf(process.me)} ${[...new Set([...events, ...durable].map(summary))].join(', ')}`)
      if (durable.length === 0) return
      requesterAudit.turned(process.state, durable)
      providerAudit.turned(process.state, durable)
    },
    effect: (process, effect) => providerAudit.effect(process, effect),
    starting(process, requester, job, unit, running) {
      say(() => `${nameOf(process.me)} starts ${nameOf(requester)}/${job}:${unit}`)
      providerAudit.starting(process, requester, job, unit, running)
    },
    taken: (process, from, message) => providerAudit.taken(process, from, message),
    died(resident) {
      crashes++
      say(() => `${resident.plan.name} loses power`)
    },
    restarted(resident, process) {
      say(() => `${resident.plan.name} is back`)
      checkDisk(resident)
      requesterAudit.restarted(process.state)
      providerAudit.restarted(process.state)
    },
    submitted(resident, manifest) {
      submitted.push({ requester: resident.plan.peer, job: manifest.job_id })
    },
    happened: (line) => {
      note(line)
      say(() => `* ${line}`)
    },
  }
  const world = createWorld(scenario, parameters.seed, onlooker, brain === undefined ? {} : { brain })
  const idleAudit = createIdleAudit(world, scenario, START_MS)

  function runFor(ms: number): void {
    const untilMs = world.schedule.nowMs() + ms
    let lookAtMs = world.schedule.nowMs()
    // Something is due then, so that time never stands still before.
    world.schedule.after(ms, () => undefined)
    while (world.schedule.nowMs() < untilMs && world.schedule.next()) {
      hold('S0', ++actions < ACTIONS_MAX, () => 'this run does not come to an end')
      if (world.schedule.nowMs() < lookAtMs) continue
      idleAudit.look()
      lookAtMs = world.schedule.nowMs() + LOOK_IDLE_MS
    }
  }

  function jobOf({ requester, job }: (typeof submitted)[number]): JobState | undefined {
    return world.residents.get(requester)?.process?.state.jobs.get(job)
  }

  return {
    toTheEnd() {
      for (const { name, character, machine, joinsAtMs } of scenario.peers) {
        say(() => `${name}: ${JSON.stringify({ character, machine, joinsAtMs })}`)
      }
      say(() => `weather ${JSON.stringify(scenario.weather)}, calm at ${scenario.calmAtMs} ms`)
      runFor(Math.max(scenario.calmAtMs, ...scenario.incidents.map(({ atMs }) => atMs)) + LOOK_MS)
      while (!settledDown(world)) runFor(LOOK_MS)
      const calmMs = world.schedule.nowMs()
      const bound = submitted.filter(
        (s) => jobOf(s)?.status.state === 'running' && canEnd(world, scenario, s),
      )
      while (bound.some((s) => jobOf(s)?.status.state === 'running')) {
        recoveredMs = world.schedule.nowMs() - calmMs
        hold('S12', recoveredMs < LIVENESS_MS, () => describeOpen(bound.flatMap((s) => jobOf(s) ?? [])))
        runFor(LOOK_MS)
      }
      for (const s of bound) {
        const status = jobOf(s)?.status
        hold(
          'S12',
          status?.state === 'done',
          () => `${s.job} of ${nameOf(s.requester)} ${JSON.stringify(status)}`,
        )
      }
      giveUp(world)
      runFor(CLEANUP_MS)
      for (const { plan, process } of world.residents.values()) {
        for (const { requester, job } of process?.state.holdings.values() ?? []) {
          hold('S13', false, () => `${plan.name} still holds ${nameOf(requester)}/${job}`)
        }
      }
      for (const resident of world.residents.values()) checkDisk(resident)
    },
    report(error) {
      const jobs = submitted.flatMap((s) => jobOf(s) ?? [])
      const broken =
        error === undefined
          ? undefined
          : {
              rule: error instanceof Broken ? error.rule : 'S0',
              message: messageOf(error),
              atMs: world.schedule.nowMs() - START_MS,
            }
      return {
        parameters,
        ...(broken === undefined ? {} : { broken }),
        actions,
        digest: (hash >>> 0).toString(16).padStart(8, '0'),
        crashes,
        units: jobs.reduce((sum, job) => sum + job.verified, 0),
        jobsDone: jobs.filter((job) => job.status.state === 'done').length,
        jobsFailed: jobs.filter((job) => job.status.state === 'failed').length,
        rejectedOutputs: jobs.reduce((sum, job) => sum + job.rejectedOutputs, 0),
        recoveredMs,
      }
    },
  }
}

function summary(event: { readonly kind: string }): string {
  const { at_ms: _, ...rest } = event as { kind: string; at_ms: number }
  switch (event.kind) {
    case 'commitment':
    case 'allocation':
    case 'manifest':
    case 'job-submitted':
    case 'tick':
    case 'allocate':
      return event.kind
    default:
      return JSON.stringify(rest, (_key, value: unknown) =>
        value instanceof Uint8Array
          ? `${value.byteLength} bytes`
          : typeof value === 'string' && value.length > 40
            ? `…${value.slice(-6)}`
            : value,
      )
  }
}

/** A broken invariant says what it saw; anything else that was thrown is a defect, and where it is matters. */
function messageOf(error: unknown): string {
  if (error instanceof Broken) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error'
}

/** The journal, from its beginning or from a snapshot, gives the state byte for byte. */
function createDiskCheck(): (resident: Resident) => void {
  const replays = new Map<PeerId, () => PeerState>()
  return ({ plan, disk, process }) => {
    const replayed = replays.get(plan.peer) ?? createWholeReplay(disk, plan.peer, plan.name)
    replays.set(plan.peer, replayed)
    const whole = encodeState(replayed())
    const restored = encodeState(restoreState(disk, plan.peer, plan.name))
    hold('S7', equalBytes(whole, restored), () => `${plan.name}: a snapshot and its tail are not the journal`)
    if (process === undefined) return
    hold(
      'S7',
      equalBytes(whole, encodeState(process.state)),
      () => `${plan.name}: the journal is not the state`,
    )
  }
}

/** Everybody who was to join or come back has done so. */
function settledDown({ residents }: World): boolean {
  return [...residents.values()].every(({ process }) => process !== undefined)
}

/** Users cancel what cannot end. */
function giveUp({ residents }: World): void {
  for (const { process } of residents.values()) {
    for (const [job_id, { status }] of process?.state.jobs ?? []) {
      if (status.state !== 'running') continue
      process?.dispatch({ kind: 'job-cancelled', at_ms: process.nowMs(), job_id })
    }
  }
}

/** Whether a job has what it takes to end well: enough honest providers, and fewer liars than its quorum. */
function canEnd(
  world: World,
  { peers }: Scenario,
  { requester, job: id }: { requester: PeerId; job: JobState['manifest']['job_id'] },
): boolean {
  const asking = world.residents.get(requester)?.process
  const job = asking?.state.jobs.get(id)
  if (asking === undefined || job === undefined) return false
  const { verification_redundancy: redundancy } = job.manifest
  const accusers = peers.filter(({ character }) => mayAccuse(character)).length
  if (!isSafe(redundancy, peers) && redundancy > 1) return false
  if (redundancy === 1 ? accusers > 0 : accusers >= quorum(redundancy)) return false
  const willing = [...world.residents.values()].filter(({ process, plan }) => {
    if (process === undefined || plan.character.kind !== 'honest') return false
    return process.state.availability.kind === 'always' && workTogether(process, asking)
  })
  return willing.length >= quorum(redundancy)
}

function workTogether(provider: Process, requester: Process): boolean {
  if (provider.me === requester.me) return true
  return trustOf(provider.state, requester.me) > 0 && trustOf(requester.state, provider.me) > 0
}

function describeOpen(jobs: readonly JobState[]): string {
  const open = jobs.filter((job) => job.status.state === 'running')
  const units = open.flatMap((job) =>
    Array.from({ length: job.manifest.unit_count }, (_, index) => index)
      .filter((index) => job.units.get(index)?.verified?.stored !== true)
      .slice(0, 3)
      .map((index) => {
        const unit = job.units.get(index)
        const tries = unit?.attempts.map(
          ({ attempt, peer, status }) =>
            `${attempt}:${peer.slice(-6)}:${status.state}${'why' in status ? `-${status.why}` : ''}`,
        )
        return `${job.manifest.job_id}:${index} [${tries?.join(' ') ?? 'untouched'}] ${unit?.verified ? 'verified, not stored' : ''}`
      }),
  )
  return `open without end: ${units.join('; ')}`
}
