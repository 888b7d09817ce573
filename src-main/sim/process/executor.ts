import type { Fault } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { holdingKey } from '../../peer/state.ts'
import { timeLimitMs } from '../../peer/time-limit.ts'
import type { Character, Machine } from '../character.ts'
import type { Dice } from '../dice.ts'
import { STRAGGLER_FACTOR, type Pace } from '../scenario.ts'
import { rightOutput, wrongOutput, type Output } from './truth.ts'

/** Receipts of units that end within this time share one event, as in the runtime. */
const COALESCE_MS = 4

/** Runs units in virtual time on one machine's cores, with the semantics of the runtime's executor and runner. */
export interface Executor {
  /** Brings a job's manifest here, and says so, or that it cannot be had. */
  prepare(requester: PeerId, job: JobId, manifestCid: Cid): void
  run(requester: PeerId, job: JobId, manifestCid: Cid, units: readonly AwardedUnit[]): void
  stop(requester: PeerId, job: JobId, units?: readonly number[]): void
  release(requester: PeerId, job: JobId): void
}

/** What the executor is made of. `after` and the callbacks are silent once the process is gone. */
export interface ExecutorParts {
  readonly me: PeerId
  readonly machine: Machine
  readonly pace: Pace
  readonly nowMs: () => number
  readonly character: Character
  readonly dice: Dice
  readonly after: (delayMs: number, action: () => void) => void
  /** Brings the manifest here, and says what it is, or why it cannot be had. */
  readonly load: (cid: Cid, from: PeerId, loaded: (manifest: JobManifest | Fault) => void) => void
  readonly keepBlob: (cid: Cid) => void
  readonly dropBlobs: (cids: readonly Cid[]) => void
  readonly starting: (requester: PeerId, job: JobId, unit: number, running: number) => void
  readonly prepared: (requester: PeerId, job: JobId) => void
  readonly ran: (requester: PeerId, job: JobId, receipts: readonly ExecutionReceipt[]) => void
}

interface Work {
  readonly requester: PeerId
  readonly job: JobId
  manifest: JobManifest | undefined
  readonly waiting: AwardedUnit[]
  readonly wanted: Map<number, number>
  readonly outputs: Cid[]
  finished: ExecutionReceipt[]
  flushing: boolean
}

interface Task {
  readonly work: Work
  startedAtMs: number
  readonly manifest: JobManifest
  readonly unit: number
  cancelled: boolean
}

/** Whether a unit never ends, on any machine: its job's parameters name those that do not. */
function loops({ params }: JobManifest, unit: number): boolean {
  return Array.isArray(params['loops']) && params['loops'].includes(unit)
}

/** Creates the executor of one run of a peer's program. */
export function createExecutor(parts: ExecutorParts): Executor {
  const { dice, machine, character } = parts
  const works = new Map<string, Work>()
  let queue: Task[] = []
  const running = new Set<Task>()

  function begin(requester: PeerId, job: JobId, cid: Cid): Work {
    const key = holdingKey(requester, job)
    const known = works.get(key)
    if (known !== undefined) return known
    const work: Work = {
      requester,
      job,
      manifest: undefined,
      waiting: [],
      wanted: new Map(),
      outputs: [],
      finished: [],
      flushing: false,
    }
    works.set(key, work)
    parts.load(cid, requester, (loaded) => {
      parts.prepared(requester, job)
      if ('kind' in loaded) {
        // What could not be prepared may be there at the next award, so the next one starts from the beginning.
        if (works.get(key) === work) works.delete(key)
        for (const { unit_index } of work.waiting) report(work, unit_index, { kind: 'fault', fault: loaded })
        return
      }
      work.manifest = loaded
      enqueue(work, work.waiting.splice(0))
    })
    return work
  }

  function enqueue(work: Work, units: readonly AwardedUnit[]): void {
    const { manifest } = work
    if (manifest === undefined) {
      work.waiting.push(...units)
      return
    }
    for (const { unit_index } of units) {
      if (work.wanted.has(unit_index))
        queue.push({ work, manifest, unit: unit_index, startedAtMs: 0, cancelled: false })
    }
    // Not at once: other effects of the same turn may stop what would start now.
    parts.after(0, next)
  }

  function next(): void {
    while (running.size < machine.cores) {
      const task = queue.shift()
      if (task === undefined) return
      if (!task.work.wanted.has(task.unit)) continue
      running.add(task)
      task.startedAtMs = parts.nowMs()
      parts.starting(task.work.requester, task.work.job, task.unit, running.size)
      const neverEnds = character.kind === 'staller' || loops(task.manifest, task.unit)
      parts.after(neverEnds ? timeLimitMs(task.manifest) : durationMs(task.manifest), () => {
        if (task.cancelled) return
        running.delete(task)
        finish(task)
        next()
      })
    }
  }

  function durationMs(manifest: JobManifest): number {
    const { factor, stragglers } = parts.pace
    const straggles = dice.chance(stragglers) ? STRAGGLER_FACTOR : 1
    const pace = factor[0] + dice.next() * (factor[1] - factor[0])
    return Math.max(1, ((manifest.estimated_duration_seconds * 1_000) / machine.score) * pace * straggles)
  }

  function finish({ work, manifest, unit, startedAtMs }: Task): void {
    if (!work.wanted.has(unit) || character.kind === 'silent') return
    if (character.kind === 'failing') {
      report(work, unit, { kind: 'fault', fault: { kind: character.fault, message: 'so it says' } })
      return
    }
    if (character.kind === 'staller' || loops(manifest, unit)) {
      report(work, unit, { kind: 'fault', fault: { kind: 'timed-out', message: 'stopped after its time' } })
      return
    }
    const { cid, bytes, fuel } = output(manifest, unit)
    const inline = manifest.params['inline'] === true
    if (!inline) {
      parts.keepBlob(cid)
      work.outputs.push(cid)
    }
    const wall_ms = parts.nowMs() - startedAtMs
    const metrics = {
      wall_ms,
      cpu_ms: wall_ms,
      peak_memory_bytes: 1 << 20,
      input_bytes: 0,
      output_bytes: bytes.byteLength,
      fuel,
    }
    report(work, unit, { kind: 'output', cid, metrics, ...(inline ? { inline: bytes } : {}) })
  }

  function output(manifest: JobManifest, unit: number): Output {
    const lies = character.kind === 'colluder' || (character.kind === 'wrong' && dice.chance(character.share))
    if (!lies) return rightOutput(manifest, unit)
    return wrongOutput(manifest, unit, character.kind === 'colluder' ? 'colluders' : parts.me)
  }

  function report(work: Work, unit: number, outcome: ExecutionReceipt['outcome']): void {
    const attempt = work.wanted.get(unit)
    if (attempt === undefined) return
    work.wanted.delete(unit)
    work.finished.push({ unit_index: unit, attempt, outcome })
    if (work.flushing) return
    work.flushing = true
    parts.after(COALESCE_MS, () => {
      work.flushing = false
      const receipts = work.finished
      work.finished = []
      parts.ran(work.requester, work.job, receipts)
    })
  }

  /** Ends the tasks of units that are not wanted any longer. */
  function abort(work: Work): void {
    const isUnwanted = (task: Task): boolean => task.work === work && !work.wanted.has(task.unit)
    queue = queue.filter((task) => !isUnwanted(task))
    for (const task of running) {
      if (!isUnwanted(task)) continue
      task.cancelled = true
      running.delete(task)
    }
    // Not at once, for the same reason.
    parts.after(0, next)
  }

  return {
    prepare: (requester, job, cid) => void begin(requester, job, cid),
    run(requester, job, cid, units) {
      const work = begin(requester, job, cid)
      for (const { unit_index, attempt } of units) work.wanted.set(unit_index, attempt)
      enqueue(work, units)
    },
    stop(requester, job, units) {
      const work = works.get(holdingKey(requester, job))
      if (work === undefined) return
      if (units === undefined) work.wanted.clear()
      else for (const unit of units) work.wanted.delete(unit)
      abort(work)
    },
    release(requester, job) {
      const key = holdingKey(requester, job)
      const work = works.get(key)
      works.delete(key)
      if (work !== undefined && requester !== parts.me) parts.dropBlobs(work.outputs)
    },
  }
}
