import type { Runner, RunListener, RunOutcome, RunTask } from '../../ports/runner.ts'
import type { RunMetrics } from '../../protocol/receipt.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { candidateRole, COMPARE } from '../../protocol/compare-task.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { engineName } from '../character.ts'
import type { PlannedPeer } from '../scenario.ts'
import type { Schedule } from '../schedule.ts'
import type { Conduct } from './conduct.ts'
import type { Power } from './power.ts'
import { likenessOf } from './truth.ts'

/** How long this machine compares the outputs of a unit. */
const COMPARE_MS = 5

/** An algorithm that every peer of a world runs. */
export interface SimulatedAlgorithm {
  readonly algorithm_id: string
  readonly version: string
}

/** The machine and the world that a runner computes in. */
export interface RunnerDependencies {
  readonly me: PeerId
  readonly machine: PlannedPeer['machine']
  readonly algorithms: readonly SimulatedAlgorithm[]
  readonly schedule: Schedule
  readonly power: Power
  readonly conduct: Conduct
  /** The job of a unit's run, by the run's id. */
  readonly manifestOf: (task: string) => JobManifest
  /** A unit begins, on one of so many cores that are busy now. */
  readonly starting: (manifest: JobManifest, unit: number, running: number) => void
}

/** A unit on its way through the cores. */
interface Run {
  readonly task: RunTask
  readonly listener: RunListener
  /** Called once when it is over, whatever became of it. */
  readonly over: () => void
}

/** Creates the runner of one run of a peer's program: its cores take virtual time. */
export function createProcessRunner(dependencies: RunnerDependencies): Runner {
  const { me, machine, algorithms, schedule, power, conduct, manifestOf } = dependencies
  let queue: Run[] = []
  const running = new Set<Run>()

  function fill(): void {
    while (power.isOn && running.size < machine.cores) {
      const run = queue.shift()
      if (run === undefined) return
      running.add(run)
      begin(run)
    }
  }

  function begin(run: Run): void {
    const { id, unitIndex: unit = 0 } = run.task
    const manifest = manifestOf(id)
    const begunMs = schedule.nowMs()
    dependencies.starting(manifest, unit, running.size)
    schedule.after(conduct.begin(manifest, unit), () => {
      if (!power.isOn || !running.delete(run)) return
      const end = conduct.end(manifest, unit)
      if (end !== undefined) finish(run, outcomeOf(end, schedule.nowMs() - begunMs))
      fill()
    })
  }

  function finish({ task, listener, over }: Run, outcome: RunOutcome): void {
    listener.finished(task, outcome)
    over()
  }

  /** Compares outputs of an own job's unit, beside what the cores do. */
  function compare(run: Run): void {
    schedule.after(COMPARE_MS, () => {
      if (power.isOn) finish(run, likenessFound(run.task, me, manifestOf))
    })
  }

  /** Not at once: other effects of the same turn may stop a unit that would start now. */
  function fillSoon(): void {
    schedule.after(0, fill)
  }

  function stop(isStopped: (run: Run) => boolean): void {
    if (!power.act()) return
    const stopped = [...running, ...queue].filter(isStopped)
    queue = queue.filter((run) => !isStopped(run))
    for (const run of stopped) {
      running.delete(run)
      finish(run, { kind: 'failed', fault: { kind: 'cancelled', message: 'stopped' } })
    }
    fillSoon()
  }

  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    algorithms: () =>
      algorithms.map(({ algorithm_id: algorithmId, version }) => ({
        algorithmId,
        version,
        scope: 'shared',
        engine: engineName(machine),
        limited: algorithmId === moduleRules.id,
      })),
    concurrency: machine.cores,
    setConcurrency: () => undefined,
    async run(tasks, listener) {
      if (!power.act()) return
      const ends = tasks.map(
        (task) =>
          new Promise<void>((over) => {
            const run = { task, listener, over }
            if (task.algorithmId === COMPARE.id) compare(run)
            else queue.push(run)
          }),
      )
      listener.signal.addEventListener('abort', () => stop((run) => run.listener === listener), {
        once: true,
      })
      fillSoon()
      await Promise.all(ends)
    },
    cancel: (ids) => stop(({ task }) => ids.has(task.id)),
    benchmark: () => Promise.resolve(machine.score),
  }
}

/** The end of the local task that compares outputs; its id names the job and the unit. */
function likenessFound(
  { id, inputs }: RunTask,
  me: PeerId,
  manifestOf: RunnerDependencies['manifestOf'],
): RunOutcome {
  const [, where = ''] = id.split(' ')
  const slash = where.lastIndexOf('/')
  const unit = Number(where.slice(slash + 1))
  const manifest = manifestOf(`${me}/${where.slice(0, slash)}:${unit}`)
  const cids = Object.keys(inputs).flatMap((_, i) => inputs[candidateRole(i)]?.cid ?? [])
  return doneWith(encodeCanonical(likenessOf(manifest, unit, cids)), COMPARE_MS)
}

function outcomeOf(end: NonNullable<ReturnType<Conduct['end']>>, wall_ms: number): RunOutcome {
  if ('kind' in end) return { kind: 'failed', fault: end }
  return doneWith(end.bytes, wall_ms, end.fuel)
}

function doneWith(bytes: Uint8Array, wall_ms: number, fuel?: number): RunOutcome {
  const metrics: RunMetrics = {
    wall_ms,
    cpu_ms: wall_ms,
    peak_memory_bytes: 1 << 20,
    input_bytes: 0,
    output_bytes: bytes.byteLength,
    ...(fuel === undefined ? {} : { fuel }),
  }
  return { kind: 'done', output: { kind: 'bytes', bytes }, extras: {}, info: {}, metrics }
}
