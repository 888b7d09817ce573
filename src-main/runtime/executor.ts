import type { UnitAttempt } from '../peer/effect.ts'
import { FaultError, refuse } from '../protocol/fault.ts'
import { unitId, type Cid, type JobId, type PeerId } from '../protocol/ids.ts'
import type { AwardedUnit } from '../protocol/messages.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import { INPUT_ROLE, type LentLimits } from '../protocol/wasm-job.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { PeerEvent } from '../peer/event.ts'
import { askedAboveLent } from '../peer/lending.ts'
import { holdingKey } from '../peer/state.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobKeeper, BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Runner, RunLimits, RunListener, RunOutcome, RunTask } from '../ports/runner.ts'
import { holdingPin } from './blob-rights.ts'
import type { Defects } from './defects.ts'
import { createFinishedUnits, type FinishedUnits } from './finished-units.ts'
import { createHandOver, type HandOver } from './hand-over.ts'
import { loadManifest, loadParts } from './job-blobs.ts'
import { runLimits } from './run-limits.ts'
import { createUnitInputs, type Trust, type Want } from './unit-inputs.ts'
import { createUnitParts, type UnitParts } from './unit-parts.ts'

/** What could not be written down is tried again after this, and after twice the last pause each further time. */
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 60_000
/** Weight of the newest run in what a job's units take here. */
const NEWEST_WEIGHT = 0.3

/** Runs the units that this peer was given. */
export interface Executor {
  /** Fetches a job's inputs; `job-prepared` says that they are here, or that they cannot be had. */
  prepare(requester: PeerId, job: JobId, manifestCid: Cid): void
  run(requester: PeerId, job: JobId, manifestCid: Cid, units: readonly AwardedUnit[]): void
  /** Units that are no longer wanted; all of the job's without a list. */
  stop(requester: PeerId, job: JobId, units?: readonly number[]): void
  /** Lets go of the inputs and outputs kept for a job. */
  release(requester: PeerId, job: JobId): void
  /** Units being computed or waiting for it, for those who show it. */
  active(): readonly ActiveUnit[]
}

/** A unit at work here. */
export interface ActiveUnit {
  readonly requester: PeerId
  readonly job: JobId
  readonly unit: number
  readonly fraction: number
  /** Absent until its manifest is here. */
  readonly algorithmId?: string
  /** Absent while it waits, and for runs so short that nobody could see them. */
  readonly startedAtMs?: number
  /** What its job's units took here of late; absent before the first. */
  readonly expectedMs?: number
}

/** What the executor is made of. */
export interface ExecutorParts {
  /** This peer: its own jobs' blobs are no guests'. */
  readonly me: PeerId
  readonly clock: Clock
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  /** Who runs a requester's units: own jobs and others' run apart. */
  readonly runnerFor: (requester: PeerId) => Runner
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** What one unit of a stranger's module may use here at this moment. */
  readonly lent: () => LentLimits
  readonly defects: Defects
  readonly signal: AbortSignal
}

/** One job at work here. */
interface Work {
  readonly requester: PeerId
  readonly job: JobId
  readonly manifest: Promise<JobManifest>
  inputs: Promise<RunTask['inputs']>
  /** There, once its list is loaded, for a job that was split. */
  parts?: UnitParts
  readonly partsLoaded: Promise<void>
  /** Known as soon as anything runs. */
  engine?: string
  /** Aborted when the job is over: nothing is fetched for it any longer. */
  readonly over: AbortController
  /** Ends what was handed over together, once none of it is wanted any longer. */
  readonly controllers: Map<AbortController, readonly number[]>
  readonly wanted: Map<number, number>
  readonly fractions: Map<number, number>
  readonly startedAtMs: Map<number, number>
  algorithmId?: string
  /** What its units took here of late. */
  expectedMs?: number
  readonly finished: FinishedUnits
}

/** A blob that is wanted and kept for a holding. */
type KeptWant = Want & { readonly owner: string }

/** What the units of one job have in common. */
interface UnitKind {
  readonly manifest: JobManifest
  readonly limits: RunLimits
}

/** Creates the executor; it does nothing until it is given units. */
export function createExecutor(parts: ExecutorParts): Executor {
  const { blobs, runnerFor } = parts
  const works = new Map<string, Work>()
  const unitInputs = createUnitInputs(blobs, parts.fetcher)

  function begin(requester: PeerId, job: JobId, manifestCid: Cid): Work {
    const key = holdingKey(requester, job)
    const known = works.get(key)
    if (known !== undefined) return known
    const over = new AbortController()
    const want = wantOf({ requester, job, over })
    const manifest = (async () => {
      await unitInputs.bring(manifestCid, want)
      const loaded = await loadManifest(blobs, manifestCid)
      if (loaded.requester_id !== requester || loaded.job_id !== job) {
        refuse('malformed', 'the manifest is of another job')
      }
      return loaded
    })()
    const inputs = manifest.then((loaded) => unitInputs.inputs(loaded.inputs, want, 'stored'))
    const partsLoaded = manifest.then(async (loaded) => {
      const loadedParts = await partsOf(loaded, want)
      if (loadedParts !== undefined) work.parts = loadedParts
    })
    // Whoever runs a unit awaits all three, and looks at what failed; until then a failure is nobody's.
    for (const pending of [manifest, inputs, partsLoaded]) pending.catch(() => undefined)
    const work: Work = {
      requester,
      job,
      manifest,
      inputs,
      partsLoaded,
      over,
      controllers: new Map(),
      wanted: new Map(),
      fractions: new Map(),
      startedAtMs: new Map(),
      finished: createFinishedUnits({
        clock: parts.clock,
        blobs,
        keeper: keeperOf(requester, job),
        deliver: (receipts) => void deliver(work, receipts),
        failed: (units, error) => handBack(work, units, error),
      }),
    }
    works.set(key, work)
    return work
  }

  function wantOf({ requester, job, over }: Pick<Work, 'requester' | 'job' | 'over'>): KeptWant {
    const signal = AbortSignal.any([parts.signal, over.signal])
    return { from: requester, ...keeperOf(requester, job), signal }
  }

  /** What others' jobs leave here goes when they are over; what own jobs leave is the user's. */
  function keeperOf(requester: PeerId, job: JobId): BlobKeeper {
    const owner = holdingPin(requester, job)
    return requester === parts.me ? { owner } : { owner, guest: requester }
  }

  async function partsOf(
    { parts: cid, unit_count, inputs }: JobManifest,
    want: KeptWant,
  ): Promise<UnitParts | undefined> {
    if (cid === undefined) return undefined
    await unitInputs.bring(cid, want)
    const list = await loadParts(blobs, cid, unit_count)
    const shared = [cid, ...Object.values(inputs)]
    return createUnitParts({
      list,
      clock: parts.clock,
      blobs,
      inputs: unitInputs,
      want,
      shared,
      concurrency: () => runnerFor(want.from).concurrency,
      failed: parts.defects.ignoreFaults('letting go of parts'),
    })
  }

  async function runUnits(work: Work, units: readonly AwardedUnit[]): Promise<void> {
    const controller = new AbortController()
    work.controllers.set(
      controller,
      units.map(({ unit_index }) => unit_index),
    )
    const signal = AbortSignal.any([parts.signal, controller.signal])
    try {
      const manifest = await work.manifest
      work.engine = engineFor(manifest, runnerFor(work.requester))
      work.algorithmId = manifest.algorithm_id
      const above = askedAboveLent(manifest, parts.lent())
      if (above !== undefined) refuse('quota-exceeded', above)
      const kind = { manifest, limits: runLimits(manifest) }
      await work.partsLoaded
      if (work.parts === undefined) await runAlike(work, kind, units, signal)
      else await runSplit(work, kind, work.parts, units, signal)
    } catch (error) {
      // What could not be prepared may be there at the next award, so the next one starts from the beginning.
      works.delete(holdingKey(work.requester, work.job))
      failAll(
        work,
        units.map(({ unit_index }) => unit_index),
        error,
      )
    } finally {
      work.controllers.delete(controller)
    }
  }

  /** Units that differ by their index alone go to the runner together. Those that meet a damaged input go twice. */
  async function runAlike(
    work: Work,
    kind: UnitKind,
    units: readonly AwardedUnit[],
    signal: AbortSignal,
  ): Promise<void> {
    const { inputs } = work
    const damaged = await runOnce(work, kind, await inputs, units, signal, 'again')
    if (damaged.length === 0) return
    await runOnce(work, kind, await inputsAnew(work, kind, inputs), damaged, signal, 'report')
  }

  /**
   * Runs units and reports how they ended.
   * @returns with `again`, those that met a damaged input, which are not reported: it can be fetched anew
   */
  async function runOnce(
    work: Work,
    kind: UnitKind,
    inputs: RunTask['inputs'],
    units: readonly AwardedUnit[],
    signal: AbortSignal,
    whenDamaged: 'again' | 'report',
  ): Promise<AwardedUnit[]> {
    const damaged: AwardedUnit[] = []
    const byIndex = new Map(units.map((unit) => [unit.unit_index, unit]))
    const tasks = units
      .filter(({ unit_index }) => work.wanted.has(unit_index))
      .map(({ unit_index }) => taskOf(work, kind, inputs, unit_index))
    await runnerFor(work.requester).run(tasks, {
      ...listen(work, signal),
      finished: (task, outcome) => {
        const unit = byIndex.get(task.unitIndex ?? -1)
        if (unit === undefined) return
        if (whenDamaged === 'again' && metDamage(outcome)) damaged.push(unit)
        else if (!wasStopped(outcome)) finish(work, unit.unit_index, outcome)
      },
    })
    return damaged
  }

  /** Units with a part each: a unit runs as soon as its own is here, with those that are ready then too. */
  async function runSplit(
    work: Work,
    kind: UnitKind,
    split: UnitParts,
    units: readonly AwardedUnit[],
    signal: AbortSignal,
  ): Promise<void> {
    const handOver = createHandOver(runnerFor(work.requester), listen(work, signal))
    split.keep(units.map(({ unit_index }) => unit_index))
    await Promise.all(
      units.map(({ unit_index }) =>
        split.inTurn(async () => {
          if (work.wanted.has(unit_index)) await runPart(work, kind, split, unit_index, handOver)
        }),
      ),
    )
  }

  async function runPart(
    work: Work,
    kind: UnitKind,
    split: UnitParts,
    unit: number,
    handOver: HandOver,
  ): Promise<void> {
    const { inputs } = work
    const run = async (shared: Work['inputs'], trust: Trust): Promise<RunOutcome> => {
      const part = await split.part(unit, trust)
      return handOver(taskOf(work, kind, { ...(await shared), [INPUT_ROLE]: part }, unit))
    }
    try {
      const outcome = await run(inputs, 'stored')
      const final = metDamage(outcome) ? await run(inputsAnew(work, kind, inputs), 'verify') : outcome
      if (!wasStopped(final)) finish(work, unit, final)
    } catch (error) {
      // Stopped with the program: as with a run that was cancelled, the unit runs again after the restart.
      if (!parts.signal.aborted) failAll(work, [unit], error)
    }
  }

  /** The inputs of all units, read and compared: once for all who met damage in the same ones. */
  function inputsAnew(work: Work, { manifest }: UnitKind, damaged: Work['inputs']): Work['inputs'] {
    if (work.inputs === damaged) work.inputs = unitInputs.inputs(manifest.inputs, wantOf(work), 'verify')
    return work.inputs
  }

  function listen(work: Work, signal: AbortSignal): Omit<RunListener, 'finished'> {
    return {
      signal,
      progress: (task, fraction) => {
        const { unitIndex } = task
        if (unitIndex === undefined || !work.wanted.has(unitIndex)) return
        if (!work.startedAtMs.has(unitIndex)) work.startedAtMs.set(unitIndex, parts.clock.nowMs())
        work.fractions.set(unitIndex, Math.max(fraction, work.fractions.get(unitIndex) ?? 0))
      },
    }
  }

  function engineFor(manifest: JobManifest, runner: Runner): string {
    const known = runner
      .algorithms()
      .find((a) => a.algorithmId === manifest.algorithm_id && a.version === manifest.algorithm_version)
    if (known?.scope !== 'shared') {
      refuse('unknown-algorithm', `${manifest.algorithm_id} ${manifest.algorithm_version} does not run here`)
    }
    return known.engine
  }

  /** Units that could not be run: by a fault that says why, or by a defect, which says nothing of them. */
  function failAll(work: Work, units: readonly number[], error: unknown): void {
    // Stopped with the program: the units are still queued in the journal, and run again after the restart.
    if (parts.signal.aborted) return
    const fault = parts.defects.faultOf(error, `running units of ${work.job}`)
    for (const unit of units) finish(work, unit, { kind: 'failed', fault })
  }

  function finish(work: Work, unit_index: number, outcome: RunOutcome): void {
    const attempt = work.wanted.get(unit_index)
    if (attempt === undefined) return
    forget(work, unit_index)
    if (outcome.kind === 'done') noteTime(work, outcome.metrics.wall_ms)
    if (outcome.kind === 'failed' && outcome.fault.kind === 'internal') {
      handBack(work, [{ unit_index, attempt }], new FaultError(outcome.fault))
    } else {
      work.finished.add({ unit_index, attempt, outcome })
    }
  }

  function forget({ wanted, fractions, startedAtMs }: Work, unit: number): boolean {
    fractions.delete(unit)
    startedAtMs.delete(unit)
    return wanted.delete(unit)
  }

  /** A defect of ours says nothing of a unit: its requester has it back, and the log has the defect. */
  function handBack(
    { requester, job, parts: split }: Work,
    units: readonly UnitAttempt[],
    error: unknown,
  ): void {
    if (parts.signal.aborted) return
    const place = `running units of ${job}`
    parts.defects.faultOf(error, place)
    split?.letGo(units.map(({ unit_index }) => unit_index))
    const event = {
      requester,
      job_id: job,
      units: units.map(({ unit_index, attempt }) => ({ unit_index, attempt })),
    }
    parts
      .dispatch({ kind: 'units-handed-back', at_ms: parts.clock.nowMs(), ...event })
      .catch(parts.defects.ignoreFaults(place))
  }

  /**
   * Writes receipts down, as often as it takes: the disk may be full, and what ran is not to be lost. A stopped loop takes
   * no more; the units are still queued in the journal and run again after the restart.
   */
  async function deliver(work: Work, receipts: ExecutionReceipt[]): Promise<void> {
    for (let waitMs = RETRY_MS_MIN; !parts.signal.aborted && !work.over.signal.aborted; waitMs *= 2) {
      try {
        await tell(work, receipts)
        return
      } catch (error) {
        const { kind } = parts.defects.faultOf(error, `keeping outputs of ${work.job}`)
        if (kind === 'cancelled') return
        await new Promise<void>((resolve) => parts.clock.after(Math.min(RETRY_MS_MAX, waitMs), resolve))
      }
    }
  }

  async function tell(work: Work, receipts: ExecutionReceipt[]): Promise<void> {
    const { requester, job, engine } = work
    const ran = engine === undefined ? {} : { engine }
    const at_ms = parts.clock.nowMs()
    await parts.dispatch({ kind: 'units-ran', at_ms, requester, job_id: job, receipts, ...ran })
    work.parts?.letGo(receipts.map(({ unit_index }) => unit_index))
  }

  /** Told whether the inputs came or not: units that begin without them fail with the reason. */
  async function prepare(work: Work): Promise<void> {
    const { requester, job } = work
    await Promise.allSettled([work.manifest, work.inputs, work.partsLoaded])
    if (parts.signal.aborted) return
    await parts.dispatch({ kind: 'job-prepared', at_ms: parts.clock.nowMs(), requester, job_id: job })
  }

  return {
    prepare(requester, job, manifestCid) {
      // A stopped loop takes no more; after the restart the job is prepared again.
      prepare(begin(requester, job, manifestCid)).catch(parts.defects.ignoreFaults(`preparing ${job}`))
    },
    run(requester, job, manifestCid, units) {
      const work = begin(requester, job, manifestCid)
      for (const { unit_index, attempt } of units) work.wanted.set(unit_index, attempt)
      void runUnits(work, units)
    },
    stop(requester, job, units) {
      const work = works.get(holdingKey(requester, job))
      if (work === undefined) return
      const unwanted = (units ?? [...work.wanted.keys()]).filter((unit) => forget(work, unit))
      work.parts?.letGo(unwanted)
      for (const [controller, handed] of work.controllers) {
        if (!handed.some((unit) => work.wanted.has(unit))) controller.abort()
      }
      runnerFor(requester).cancel(new Set(unwanted.map((unit) => taskId(requester, job, unit))))
    },
    release(requester, job) {
      const work = works.get(holdingKey(requester, job))
      work?.over.abort(new FaultError({ kind: 'cancelled', message: `${job} is over` }))
      works.delete(holdingKey(requester, job))
      blobs.unpin(holdingPin(requester, job))
    },
    active() {
      return [...works.values()].flatMap((work) =>
        [...work.wanted.keys()].map((unit) => activeUnit(work, unit)),
      )
    },
  }
}

function activeUnit(work: Work, unit: number): ActiveUnit {
  const { requester, job, algorithmId, expectedMs } = work
  const startedAtMs = work.startedAtMs.get(unit)
  return {
    requester,
    job,
    unit,
    fraction: work.fractions.get(unit) ?? 0,
    ...(algorithmId === undefined ? {} : { algorithmId }),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(expectedMs === undefined ? {} : { expectedMs }),
  }
}

function noteTime(work: Work, wallMs: number): void {
  const before = work.expectedMs ?? wallMs
  work.expectedMs = before + (wallMs - before) * NEWEST_WEIGHT
}

/** Whether a run was stopped with the program: the unit is still queued in the journal, and runs again after the restart. */
function wasStopped(outcome: RunOutcome): boolean {
  return outcome.kind === 'failed' && outcome.fault.kind === 'cancelled'
}

/** Whether a run failed because of an input on this disk, and not by itself. */
function metDamage(outcome: RunOutcome): boolean {
  if (outcome.kind !== 'failed') return false
  return outcome.fault.kind === 'blob-corrupt' || outcome.fault.kind === 'blob-missing'
}

function taskId(requester: PeerId, job: JobId, unit: number): string {
  return `${requester}/${unitId(job, unit)}`
}

function taskOf(work: Work, kind: UnitKind, inputs: RunTask['inputs'], index: number): RunTask {
  const { manifest, limits } = kind
  return {
    id: taskId(work.requester, manifest.job_id, index),
    algorithmId: manifest.algorithm_id,
    algorithmVersion: manifest.algorithm_version,
    params: manifest.params,
    inputs,
    unitIndex: index,
    limits,
  }
}
