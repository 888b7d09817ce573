import type { JobState } from '../peer/requester/slice.ts'
import { createDiskAudit, type DiskAudit } from './audit/audit-disk.ts'
import { createIdleAudit } from './audit/audit-idle.ts'
import { createProviderAudit } from './audit/audit-provider.ts'
import { createRequesterAudit } from './audit/audit-requester.ts'
import { Broken, hold } from './audit/broken.ts'
import { createDice } from './dice.ts'
import { letterIn } from './message.ts'
import { createMeter, type Measures, type Meter } from './meter.ts'
import type { WorldOptions } from './process/turns.ts'
import type { Onlooker } from './resident.ts'
import { createRunLog, type RunLog } from './run-log.ts'
import { drawScenario, START_MS, type Parameters, type Scenario } from './scenario.ts'
import { canEnd, cancelRunning, describeOpen, jobOf, type SubmittedJob } from './submitted-jobs.ts'
import { createWorld, type World } from './world.ts'

/** Jobs that can end must have ended this long after calm came; a unit may wait for several late peers. */
const LIVENESS_MS = 900_000
/** After the last job's end everything that was held for it must be gone within this time: two heartbeats. */
const CLEANUP_MS = 45_000
/** How often it is looked whether everything is over. */
const LOOK_MS = 1_000
/** How often it is looked whether a provider is idle. */
const LOOK_IDLE_MS = 250
/** More events than any run needs: something goes round in circles. */
const ACTIONS_MAX = 20_000_000

/** The outcome of a run. */
export interface Report extends Measures {
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

/** Options of a run. */
export interface SimulateOptions {
  /** Takes each line of the trace. */
  readonly trace?: (line: string) => void
  /** A brain that is broken on purpose: every peer has it instead of its own. */
  readonly brain?: WorldOptions['brain']
  /** Looks at the world when all is over, before jobs that still run are cancelled. */
  readonly ended?: (world: World) => void
}

/** Lets a scenario take its course, and checks the invariants at every event. Never throws for a broken one. */
export function simulate(parameters: Parameters, options: SimulateOptions = {}): Promise<Report> {
  const dice = createDice(parameters.seed)
  return simulateScenario(drawScenario(parameters, dice), parameters, options)
}

/** The same for a scenario of one's own. */
export async function simulateScenario(
  scenario: Scenario,
  parameters: Parameters,
  options: SimulateOptions = {},
): Promise<Report> {
  const run = createRun(scenario, parameters, options)
  try {
    await runToEnd(run, options)
    return reportOf(run, parameters)
  } catch (error) {
    return reportOf(run, parameters, error)
  }
}

/** A run and its counts so far. */
interface Run {
  readonly scenario: Scenario
  readonly world: World
  readonly log: RunLog
  readonly diskAudit: DiskAudit
  readonly submitted: SubmittedJob[]
  readonly meter: Meter
  readonly lookForIdle: () => void
  readonly counts: { actions: number; crashes: number; recoveredMs: number }
}

function createRun(scenario: Scenario, { seed }: Parameters, { trace, brain }: SimulateOptions): Run {
  const submitted: SubmittedJob[] = []
  const counts = { actions: 0, crashes: 0, recoveredMs: 0 }
  const log = createRunLog(scenario.peers, () => world.schedule.nowMs(), trace)
  const diskAudit = createDiskAudit()
  const meter = createMeter(() => world)
  const onlooker = createAuditor(scenario, { log, diskAudit, meter, submitted, counts })
  const world = createWorld(scenario, seed, onlooker, brain === undefined ? {} : { brain })
  const idleAudit = createIdleAudit(world, scenario, START_MS)
  return { scenario, world, log, diskAudit, meter, submitted, counts, lookForIdle: () => idleAudit.look() }
}

/** Checks the invariants at every event, and writes the log. */
function createAuditor(
  { peers }: Scenario,
  {
    log,
    diskAudit,
    meter,
    submitted,
    counts,
  }: Pick<Run, 'log' | 'diskAudit' | 'meter' | 'submitted' | 'counts'>,
): Onlooker {
  const requesterAudit = createRequesterAudit(peers)
  const machines = new Map(peers.map(({ peer, machine }) => [peer, machine]))
  const providerAudit = createProviderAudit((peer) => machines.get(peer)?.cores ?? 0)
  return {
    turned(process, events, durable) {
      log.turned(process.me, events, durable)
      if (durable.length === 0) return
      meter.turned(process, durable)
      requesterAudit.turned(process.state, durable)
      providerAudit.turned(process.state, durable)
    },
    offered: (process, allocation) => providerAudit.offered(process, allocation),
    starting(process, requester, job, unit, running) {
      meter.started()
      log.say(() => `${log.nameOf(process.me)} starts ${log.nameOf(requester)}/${job}:${unit}`)
      providerAudit.starting(process, requester, job, unit, running)
    },
    taken(process, from, message) {
      const letter = letterIn(message)
      if (letter !== undefined) providerAudit.taken(process, from, letter)
    },
    died(resident) {
      counts.crashes++
      log.say(() => `${resident.plan.name} loses power`)
    },
    restarted(resident, process) {
      log.say(() => `${resident.plan.name} is back`)
      diskAudit.restarted(resident, process.state)
      requesterAudit.restarted(process.state, (job) => process.runtime.jobs.has(job))
      providerAudit.restarted(process.state)
    },
    submitted(resident, manifest) {
      submitted.push({ requester: resident.plan.peer, job: manifest.job_id })
    },
    happened: (line) => log.happened(line),
  }
}

/** Runs until every job that can end has ended and all that was held for it is gone. @throws Broken */
async function runToEnd(run: Run, { ended }: SimulateOptions): Promise<void> {
  const { scenario, world, log } = run
  for (const { name, character, machine, joinsAtMs } of scenario.peers) {
    log.say(() => `${name}: ${JSON.stringify({ character, machine, joinsAtMs })}`)
  }
  log.say(() => `weather ${JSON.stringify(scenario.weather)}, calm at ${scenario.calmAtMs} ms`)
  await runFor(run, Math.max(scenario.calmAtMs, ...scenario.incidents.map(({ atMs }) => atMs)) + LOOK_MS)
  while (!isEveryPeerUp(world)) await runFor(run, LOOK_MS)
  await recover(run)
  ended?.(world)
  cancelRunning(world)
  await runFor(run, CLEANUP_MS)
  for (const { plan, process } of world.residents.values()) {
    for (const { requester, job } of process?.state.provider.holdings.values() ?? []) {
      hold('S13', false, () => `${plan.name} still holds ${log.nameOf(requester)}/${job}`)
    }
  }
  for (const resident of world.residents.values()) run.diskAudit.ended(resident)
}

/** Runs until the jobs that can end have ended well. @throws Broken */
async function recover(run: Run): Promise<void> {
  const { scenario, world, log, counts } = run
  const isRunning = (job: SubmittedJob): boolean => jobOf(world, job)?.status.state === 'running'
  const calmMs = world.schedule.nowMs()
  const bound = run.submitted.filter((job) => isRunning(job) && canEnd(world, scenario, job))
  while (bound.some(isRunning)) {
    counts.recoveredMs = world.schedule.nowMs() - calmMs
    hold('S12', counts.recoveredMs < LIVENESS_MS, () =>
      describeOpen(bound.flatMap((job) => jobOf(world, job) ?? [])),
    )
    await runFor(run, LOOK_MS)
  }
  for (const job of bound) {
    const status = jobOf(world, job)?.status
    hold(
      'S12',
      status?.state === 'done',
      () => `${job.job} of ${log.nameOf(job.requester)} ${JSON.stringify(status)}`,
    )
  }
}

async function runFor({ world, lookForIdle, counts }: Run, ms: number): Promise<void> {
  const { schedule } = world
  const untilMs = schedule.nowMs() + ms
  let lookAtMs = schedule.nowMs()
  // Something is due then, so that time never stands still before.
  schedule.after(ms, () => undefined)
  while (schedule.nowMs() < untilMs && (await world.next())) {
    hold('S0', ++counts.actions < ACTIONS_MAX, () => 'this run does not come to an end')
    if (schedule.nowMs() < lookAtMs) continue
    lookForIdle()
    lookAtMs = schedule.nowMs() + LOOK_IDLE_MS
  }
}

/** Whether every peer has joined, and is back from its crashes. */
function isEveryPeerUp({ residents }: World): boolean {
  return [...residents.values()].every(({ process, isAway }) => process !== undefined || isAway)
}

function reportOf(
  { world, submitted, log, meter, counts }: Run,
  parameters: Parameters,
  error?: unknown,
): Report {
  const jobs = submitted.flatMap((job): JobState | [] => jobOf(world, job) ?? [])
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
    actions: counts.actions,
    digest: log.digest(),
    crashes: counts.crashes,
    units: jobs.reduce((sum, job) => sum + job.verified, 0),
    jobsDone: jobs.filter((job) => job.status.state === 'done').length,
    jobsFailed: jobs.filter((job) => job.status.state === 'failed').length,
    rejectedOutputs: jobs.reduce((sum, job) => sum + job.rejectedOutputs, 0),
    recoveredMs: counts.recoveredMs,
    ...meter.measures(),
  }
}

/** A broken invariant says what it saw; anything else that was thrown is a defect, and where it is matters. */
function messageOf(error: unknown): string {
  if (error instanceof Broken) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : 'something was thrown that is no error'
}
