import { decodeCanonical } from '../protocol/canonical.ts'
import { FaultError, faultOf, refuse, type Fault } from '../protocol/fault.ts'
import { unitId, type Cid, type JobId, type PeerId } from '../protocol/ids.ts'
import { INLINE_OUTPUT_BYTES_MAX, MANIFEST_BYTES_MAX } from '../protocol/limits.ts'
import type { AwardedUnit } from '../protocol/messages.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import { JobManifest } from '../protocol/work.ts'
import type { PeerEvent } from '../peer/event.ts'
import { holdingKey } from '../peer/state.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Runner, RunInput, RunLimits, RunOutcome, RunOutput, RunTask } from '../ports/runner.ts'
import { cidOfBytes } from './content-id.ts'

/** Inputs may be gigabytes over a slow line; a transfer that stands still ends earlier by itself. */
const FETCH_WITHIN_MS = 30 * 60_000
/** A unit may take this many times what its manifest says on the slowest machine that offers … */
const WALL_FACTOR = 50
/** … and at least this long. */
const WALL_MS_MIN = 60_000
/** What a unit may write. */
const OUTPUT_BYTES_MAX = 1 << 30
/** Receipts of units that end within this time of each other share one event. */
const COALESCE_MS = 4

/** Runs the units that this peer was given. */
export interface Executor {
  run(requester: PeerId, job: JobId, manifestCid: Cid, units: readonly AwardedUnit[]): void
  /** Units that are no longer wanted; all of the job's without a list. */
  stop(requester: PeerId, job: JobId, units?: readonly number[]): void
  /** Lets go of the inputs and outputs kept for a job. */
  release(requester: PeerId, job: JobId): void
  /** The engine that ran a job's units here. */
  engineOf(requester: PeerId, job: JobId): string
  /** Units being computed or waiting for it, for those who show it. */
  active(): readonly ActiveUnit[]
}

/** A unit at work here. */
export interface ActiveUnit {
  readonly requester: PeerId
  readonly job: JobId
  readonly unit: number
  readonly fraction: number
}

/** What the executor is made of. */
export interface ExecutorParts {
  readonly clock: Clock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly runner: Runner
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly signal: AbortSignal
}

/** One job at work here. */
interface Work {
  readonly requester: PeerId
  readonly job: JobId
  readonly manifest: Promise<JobManifest>
  inputs: Promise<RunTask['inputs']>
  engine: string
  readonly controllers: Set<AbortController>
  readonly wanted: Map<number, number>
  readonly fractions: Map<number, number>
  finished: ExecutionReceipt[]
  flushing: boolean
}

/** The owner name of the pins that a holding has. */
export function holdingPin(requester: PeerId, job: JobId): string {
  return `holding:${holdingKey(requester, job)}`
}

/** The manifest inside a blob. @throws FaultError when it is none */
export async function loadManifest(blobs: BlobStore, cid: Cid): Promise<JobManifest> {
  const decoded = decodeCanonical(await blobs.read(cid), JobManifest, MANIFEST_BYTES_MAX)
  if (!decoded.ok) throw new FaultError(decoded.fault)
  return decoded.value
}

/** Creates the executor; it does nothing until it is given units. */
export function createExecutor(parts: ExecutorParts): Executor {
  const works = new Map<string, Work>()

  async function have(cid: Cid, from: PeerId, owner: string): Promise<void> {
    parts.blobs.pin(cid, owner)
    if (parts.blobs.has(cid)) return
    const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(FETCH_WITHIN_MS)])
    await parts.fetcher.fetch(cid, { from: [from], signal })
  }

  function begin(requester: PeerId, job: JobId, manifestCid: Cid): Work {
    const key = holdingKey(requester, job)
    const known = works.get(key)
    if (known !== undefined) return known
    const owner = holdingPin(requester, job)
    const manifest = (async () => {
      await have(manifestCid, requester, owner)
      const loaded = await loadManifest(parts.blobs, manifestCid)
      if (loaded.requester_id !== requester || loaded.job_id !== job) {
        refuse('malformed', 'the manifest is of another job')
      }
      return loaded
    })()
    const inputs = manifest.then((loaded) => inputsOf({ requester, job }, loaded, 'stored'))
    // Whoever runs a unit awaits both; until then a failure is nobody's.
    inputs.catch((error: unknown) => faultOf(error, 'blob-missing'))
    const work: Work = {
      requester,
      job,
      manifest,
      inputs,
      engine: 'unknown',
      controllers: new Set(),
      wanted: new Map(),
      fractions: new Map(),
      finished: [],
      flushing: false,
    }
    works.set(key, work)
    return work
  }

  function inputOf(cid: Cid): RunInput {
    const path = parts.blobs.path(cid)
    const layout = parts.blobs.layout(cid)
    if (path === undefined || layout === undefined) refuse('blob-missing', `${cid} is not in the store`)
    return { cid, path, layout }
  }

  async function runUnits(work: Work, units: readonly AwardedUnit[]): Promise<void> {
    const controller = new AbortController()
    work.controllers.add(controller)
    const signal = AbortSignal.any([parts.signal, controller.signal])
    try {
      const manifest = await work.manifest
      work.engine = engineFor(manifest)
      const damaged = await runOnce(work, units, signal, 'again')
      if (damaged.length > 0) {
        work.inputs = inputsOf(work, manifest, 'verify')
        await runOnce(work, damaged, signal, 'report')
      }
    } catch (error) {
      const fault = faultOf(error, 'unit-failed')
      // What could not be prepared may be there at the next award, so the next one starts from the beginning.
      works.delete(holdingKey(work.requester, work.job))
      for (const { unit_index } of units) report(work, unit_index, faultReceipt(work, unit_index, fault))
    } finally {
      work.controllers.delete(controller)
    }
  }

  /**
   * Runs units and reports how they ended.
   * @returns with `again`, those that met a damaged input, which are not reported: it can be fetched anew
   */
  async function runOnce(
    work: Work,
    units: readonly AwardedUnit[],
    signal: AbortSignal,
    whenDamaged: 'again' | 'report',
  ): Promise<AwardedUnit[]> {
    const manifest = await work.manifest
    const inputs = await work.inputs
    const damaged: AwardedUnit[] = []
    const byIndex = new Map(units.map((unit) => [unit.unit_index, unit]))
    const tasks = units
      .filter(({ unit_index }) => work.wanted.has(unit_index))
      .map(({ unit_index }) => taskOf(work, manifest, inputs, unit_index))
    await parts.runner.run(tasks, {
      signal,
      finished: (task, outcome) => {
        const unit = byIndex.get(task.unitIndex ?? -1)
        if (unit !== undefined && whenDamaged === 'again' && metDamage(outcome)) damaged.push(unit)
        else void finish(work, task, outcome)
      },
      progress: (task, fraction) => {
        if (task.unitIndex !== undefined) work.fractions.set(task.unitIndex, fraction)
      },
    })
    return damaged
  }

  /** The job's inputs on this disk: fetched if they are not there; with `verify`, also if they are damaged. */
  async function inputsOf(
    { requester, job }: Pick<Work, 'requester' | 'job'>,
    manifest: JobManifest,
    trust: 'verify' | 'stored',
  ): Promise<RunTask['inputs']> {
    const entries = Object.entries(manifest.inputs)
    await Promise.all(
      entries.map(async ([, cid]) => {
        // Reading a damaged blob drops it, and then it is missing.
        if (trust === 'verify')
          await parts.blobs.read(cid).catch((error: unknown) => faultOf(error, 'blob-corrupt'))
        await have(cid, requester, holdingPin(requester, job))
      }),
    )
    return Object.fromEntries(entries.map(([role, cid]) => [role, inputOf(cid)]))
  }

  function engineFor(manifest: JobManifest): string {
    const known = parts.runner
      .algorithms()
      .find((a) => a.algorithmId === manifest.algorithm_id && a.version === manifest.algorithm_version)
    if (known?.scope !== 'shared') {
      refuse('unknown-algorithm', `${manifest.algorithm_id} ${manifest.algorithm_version} does not run here`)
    }
    return known.engine
  }

  async function finish(work: Work, task: RunTask, outcome: RunOutcome): Promise<void> {
    const unit = task.unitIndex
    if (unit === undefined || !work.wanted.has(unit)) return
    // Stopped with the program: the unit is still queued in the journal, and runs again after the restart.
    if (outcome.kind === 'failed' && outcome.fault.kind === 'cancelled') return
    try {
      report(work, unit, await receiptOf(work, unit, outcome))
    } catch (error) {
      report(work, unit, faultReceipt(work, unit, faultOf(error, 'storage-failed')))
    }
  }

  async function receiptOf(work: Work, unit: number, outcome: RunOutcome): Promise<ExecutionReceipt> {
    if (outcome.kind === 'failed') return faultReceipt(work, unit, outcome.fault)
    const { cid, inline } = await keep(outcome.output, holdingPin(work.requester, work.job))
    return {
      unit_index: unit,
      attempt: work.wanted.get(unit) ?? 1,
      outcome: {
        kind: 'output',
        cid,
        metrics: outcome.metrics,
        ...(inline === undefined ? {} : { inline }),
      },
    }
  }

  async function keep(output: RunOutput, owner: string): Promise<{ cid: Cid; inline?: Uint8Array }> {
    if (output.kind === 'bytes' && output.bytes.byteLength <= INLINE_OUTPUT_BYTES_MAX) {
      return { cid: cidOfBytes(output.bytes), inline: output.bytes }
    }
    const cid =
      output.kind === 'bytes' ? await parts.blobs.put(output.bytes) : await parts.blobs.adopt(output.path)
    parts.blobs.pin(cid, owner)
    return { cid }
  }

  function report(work: Work, unit: number, receipt: ExecutionReceipt): void {
    if (!work.wanted.delete(unit)) return
    work.fractions.delete(unit)
    work.finished.push(receipt)
    if (work.flushing) return
    work.flushing = true
    parts.clock.after(COALESCE_MS, () => {
      work.flushing = false
      const receipts = work.finished
      work.finished = []
      const { requester, job } = work
      // A stopped loop takes no more; the units are still queued in the journal and run again after the restart.
      parts
        .dispatch({ kind: 'units-ran', at_ms: parts.clock.nowMs(), requester, job_id: job, receipts })
        .catch((error: unknown) => faultOf(error, 'storage-failed'))
    })
  }

  return {
    run(requester, job, manifestCid, units) {
      const work = begin(requester, job, manifestCid)
      for (const { unit_index, attempt } of units) work.wanted.set(unit_index, attempt)
      void runUnits(work, units)
    },
    stop(requester, job, units) {
      const work = works.get(holdingKey(requester, job))
      if (work === undefined) return
      if (units === undefined) work.wanted.clear()
      else for (const unit of units) work.wanted.delete(unit)
      if (work.wanted.size === 0) for (const controller of work.controllers) controller.abort()
    },
    release(requester, job) {
      works.delete(holdingKey(requester, job))
      parts.blobs.unpin(holdingPin(requester, job))
    },
    engineOf(requester, job) {
      return works.get(holdingKey(requester, job))?.engine ?? 'unknown'
    },
    active() {
      return [...works.values()].flatMap((work) =>
        [...work.wanted.keys()].map((unit) => ({
          requester: work.requester,
          job: work.job,
          unit,
          fraction: work.fractions.get(unit) ?? 0,
        })),
      )
    },
  }
}

/** Whether a run failed because of an input on this disk, and not by itself. */
function metDamage(outcome: RunOutcome): boolean {
  if (outcome.kind !== 'failed') return false
  return outcome.fault.kind === 'blob-corrupt' || outcome.fault.kind === 'blob-missing'
}

function taskOf(work: Work, manifest: JobManifest, inputs: RunTask['inputs'], index: number): RunTask {
  return {
    id: `${work.requester}/${unitId(manifest.job_id, index)}`,
    algorithmId: manifest.algorithm_id,
    algorithmVersion: manifest.algorithm_version,
    params: manifest.params,
    inputs,
    unitIndex: index,
    limits: limitsOf(manifest),
  }
}

function limitsOf(manifest: JobManifest): RunLimits {
  return {
    wallMsMax: Math.max(WALL_MS_MIN, manifest.estimated_duration_seconds * 1_000 * WALL_FACTOR),
    memoryBytesMax: Math.ceil(manifest.required_resources.ram_gb * 2 ** 30),
    outputBytesMax: OUTPUT_BYTES_MAX,
  }
}

function faultReceipt(work: Work, unit: number, fault: Fault): ExecutionReceipt {
  return { unit_index: unit, attempt: work.wanted.get(unit) ?? 1, outcome: { kind: 'fault', fault } }
}
