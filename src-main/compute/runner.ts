import type { Clock } from '../ports/clock.ts'
import type { ComputeHosts, Runner, RunnerAlgorithm, RunOutcome, RunTask } from '../ports/runner.ts'
import { assert, failure, refuse } from '../protocol/fault.ts'
import { MEASURE_LIMITS, scoreOf } from './benchmark.ts'
import { CAN_STOP_PROCESSES } from './session/duty-cycle.ts'
import { engineOf } from './engine.ts'
import { forkHost, type SpawnHost } from './host/fork-host.ts'
import { WORKERS_MAX } from './messages/input.ts'
import type { AlgorithmDeclaration, LibraryEntry } from './library.ts'
import { indexLibraries } from './library-index.ts'
import { createSession, type Session } from './session/session.ts'
import { prepareStaging } from './host/staged-files.ts'
import { findWall, type Wall } from './host/wall.ts'

/** A host without work ends after this, so that a peer at rest does not pay for it (50 MB). */
const IDLE_MS = 60_000
/** JavaScript heap of one worker. An import of a large scene takes half of it. */
const HEAP_BYTES_MAX = 1 << 30

/** A host that ran less would hardly answer. Five percent of one core are the least that a user may set. */
const DUTY_MIN = 0.05

/** The folders, limits and adapters of a runner. */
export interface RunnerOptions {
  readonly clock: Clock
  /** A folder of its own, for large outputs until they are adopted. Emptied at start. */
  readonly stagingFolder: string
  /** Where input blobs lie. Workers can read nothing else, save their own code. */
  readonly blobFolder: string
  /** How many tasks run at once. */
  readonly workers: number
  /** How a host process is started; as a child of Node unless another way is given. */
  readonly spawnHost?: SpawnHost
  /** The wall around the hosts; the one that this machine has, unless another is given. */
  readonly wall?: Wall
  /** The module with the `libraries`; this program's registry unless another is given. */
  readonly registry?: URL
  readonly idleMs?: number
  readonly heapBytesMax?: number
}

/**
 * The Runner over a compute host in a process of its own, which starts with the first task and ends after an idle
 * minute. A host that dies or is killed is replaced, and the tasks that ran there run again unnoticed;
 * a task that was in three dying hosts, the last time alone, ends with the fault `runner-lost`.
 *
 * @example
 * const runner = createRunner({ clock, stagingFolder, blobFolder, workers: 4 })
 * await runner.start()
 * await runner.run(tasks, { signal, finished: (task, outcome) => … })
 * await runner.stop()
 */
export function createRunner(options: RunnerOptions): Runner & ComputeHosts {
  const registry = options.registry ?? new URL('registry.ts', import.meta.url)
  let workers = clampWorkers(options.workers)
  let session: Session | undefined
  let algorithms: readonly RunnerAlgorithm[] = []
  let duty = 1

  return {
    start: async () => {
      assert(session === undefined, 'a runner is started once at a time')
      const { libraries } = (await import(registry.href)) as { libraries: readonly LibraryEntry[] }
      const index = indexLibraries(libraries)
      algorithms = await Promise.all(index.algorithms.map(runnerAlgorithm))
      session = createSession({
        clock: options.clock,
        spawnHost: options.spawnHost ?? forkHost,
        wall: await (options.wall ?? findWall()),
        index,
        registry: registry.href,
        staging: await prepareStaging(options.stagingFolder),
        blobFolder: options.blobFolder,
        workers,
        idleMs: options.idleMs ?? IDLE_MS,
        heapBytesMax: options.heapBytesMax ?? HEAP_BYTES_MAX,
      })
      session.setDuty(duty)
    },
    stop: async () => {
      const stopping = session
      session = undefined
      await stopping?.stop()
    },
    algorithms: () => algorithms,
    pids: () => {
      const pid = session?.pid()
      return pid === undefined ? [] : [pid]
    },
    deathsInRow: () => session?.deathsInRow() ?? 0,
    canShareTime: CAN_STOP_PROCESSES,
    setDuty: (part) => {
      assert(part > 0 && part <= 1, 'a part of the time')
      if (!CAN_STOP_PROCESSES) return
      duty = Math.max(DUTY_MIN, part)
      session?.setDuty(duty)
    },
    get concurrency() {
      return workers
    },
    setConcurrency: (count) => {
      workers = clampWorkers(count)
      session?.setWorkers(workers)
    },
    run: async (tasks, listener) => {
      if (session !== undefined) return session.run('run', tasks, listener)
      const { fault } = failure('cancelled', 'the runner is not running')
      for (const task of tasks) listener.finished(task, { kind: 'failed', fault })
    },
    cancel: (ids) => session?.cancel(ids),
    benchmark: async (algorithmId, { signal }) => {
      const algorithm = session?.index.algorithms.find((a) => a.algorithmId === algorithmId)
      if (session === undefined || algorithm === undefined) {
        return refuse('unknown-algorithm', `nothing here runs ${algorithmId}`)
      }
      return scoreOf(algorithm, await measure(session, algorithm, signal))
    },
  }
}

async function runnerAlgorithm(algorithm: AlgorithmDeclaration): Promise<RunnerAlgorithm> {
  const { algorithmId, version, scope, limited = false } = algorithm
  return { algorithmId, version, scope, limited, engine: await engineOf(algorithm) }
}

/** Runs an algorithm's own measurement. */
async function measure(
  session: Session,
  { algorithmId, version }: AlgorithmDeclaration,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const outcome = Promise.withResolvers<RunOutcome>()
  const task: RunTask = {
    ...{ id: `measure ${algorithmId}`, algorithmId, algorithmVersion: version },
    ...{ params: {}, inputs: {}, limits: MEASURE_LIMITS },
  }
  await session.run('measure', [task], { signal, finished: (_, result) => outcome.resolve(result) })
  return outcome.promise
}

function clampWorkers(count: number): number {
  return Math.min(WORKERS_MAX, Math.max(1, Math.floor(count)))
}
