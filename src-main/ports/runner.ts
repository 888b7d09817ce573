import type { Fault } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'
import type { Seal } from '../protocol/job-key.ts'
import type { RunMetrics } from '../protocol/receipt.ts'
import type { Params } from '../protocol/work.ts'
import type { BlobLayout } from './blob-store.ts'

/** A blob that a run reads in place. */
export interface RunFile {
  readonly cid: Cid
  /** The file that holds it (`BlobStore.path`), absolute. */
  readonly path: string
  /** How it is cut (`BlobStore.layout`): the content is verified against it where it is read. */
  readonly layout: BlobLayout
  /** By what it is opened where it is read, when it is sealed: what lies on the disk stays sealed. */
  readonly seal?: Seal
}

/** A blob so small that it travels with its task: a file would cost more than the run. */
export interface RunBytes {
  readonly cid: Cid
  /** Content that a store keeps without a file (`BlobStore.content`); verified against the CID where it is read. */
  readonly content: Uint8Array
  readonly layout: Extract<BlobLayout, { kind: 'raw' }>
  readonly seal?: Seal
}

/** A blob that a run reads. */
export type RunInput = RunFile | RunBytes

/** One run: a unit of a job, or a local task of this peer's own (importing a scene, assembling an image). */
export interface RunTask {
  /** Names the run to its caller and in progress reports; unique among those in flight. */
  readonly id: string
  readonly algorithmId: string
  readonly algorithmVersion: string
  readonly params: Params
  /** Blobs by role, all in the store. */
  readonly inputs: Readonly<Record<string, RunInput>>
  /** The unit's index; absent for local tasks. */
  readonly unitIndex?: number
  readonly limits: RunLimits
}

/**
 * The limits of a run, beyond which it is stopped: milliseconds of wall time, bytes of memory, bytes of all outputs, and
 * units of fuel of our own algorithms that are metered.
 */
export interface RunLimits {
  readonly wallMsMax: number
  readonly memoryBytesMax: number
  readonly outputBytesMax: number
  readonly fuelMax?: number
  /** Bytes of all outputs that this peer takes, whatever the unit may: more is no fault of the unit's (`quota-exceeded`). */
  readonly outputBytesLent?: number
}

/** How a run ended. Outputs lie in files that the caller adopts into the blob store. */
export type RunOutcome =
  | {
      readonly kind: 'done'
      /** The main output (a unit has just this one). */
      readonly output: RunOutput
      /** Further outputs of local tasks, by role. */
      readonly extras: Readonly<Record<string, RunOutput>>
      /** Facts of local tasks for the caller: warnings, sizes. */
      readonly info: Params
      readonly metrics: RunMetrics
    }
  | {
      readonly kind: 'failed'
      readonly fault: Fault
      /** Facts that a failed run still told: a module's log. */
      readonly info?: Params
    }

/** A finished output: small ones travel as bytes, larger ones as a file to adopt. */
export type RunOutput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: number }

/** The kinds of program that the runner can run. */
export interface RunnerAlgorithm {
  readonly algorithmId: string
  readonly version: string
  /** Whether others may send units of it, or only this peer runs it for itself. */
  readonly scope: 'shared' | 'local'
  /** Whether it runs strangers' code, so that a job must say what a unit may use (`JobManifest.limits`). */
  readonly limited?: boolean
  /** Names the code that computes: algorithm, version and digest of its bytes. */
  readonly engine: string
}

/** The outcome of a run, as its caller hears it. */
export interface RunListener {
  readonly signal: AbortSignal
  readonly finished: (task: RunTask, outcome: RunOutcome) => void
  /** The share that is done, 0 to 1; now and then, for long runs only. */
  readonly progress?: (task: RunTask, fraction: number) => void
}

/** The processes in which a runner computes, for code that watches the machine's load. */
export interface ComputeHosts {
  /** Process ids of those that compute or wait for work at this moment. */
  pids(): readonly number[]
  /** How many died or did not start, one after the other, since the last result. */
  deathsInRow(): number
  /** Whether they can be let run for a part of the time. */
  readonly canShareTime: boolean
  /** That part, above 0 to 1 (which it is at the start). Where they cannot, it changes nothing. */
  setDuty(duty: number): void
}

/** The confinement of compute hosts by this machine's operating system, behind Node's own; without it, why. */
export type HostWall = { readonly kind: 'bubblewrap' } | { readonly kind: 'none'; readonly why: string }

/** Runs algorithms apart from this process, and survives whatever they do. */
export interface Runner {
  start(): Promise<void>
  stop(): Promise<void>
  algorithms(): readonly RunnerAlgorithm[]
  /** How many runs go on at once; the others wait in order. */
  readonly concurrency: number
  /** Changes how many workers compute (1 or more). */
  setConcurrency(workers: number): void
  /**
   * Runs tasks, small ones together in one hand-over; calls `finished` exactly once as each ends, and resolves
   * when all have. Never rejects for what a task does. Aborting ends the tasks with fault `cancelled`. Tasks that
   * share an algorithm and the same `params` and `limits` objects travel best.
   */
  run(tasks: readonly RunTask[], options: RunListener): Promise<void>
  /** Ends tasks, by their ids, with fault `cancelled`; those that compute stop at once. Unknown ones are nothing. */
  cancel(ids: ReadonlySet<string>): void
  /**
   * Speed of one core of this machine for a shared algorithm by a short real run (half a second), as a share of
   * the reference machine's, 0 to 1. @throws FaultError `unknown-algorithm`, `cancelled`, or the run's own
   */
  benchmark(algorithmId: string, options: { signal: AbortSignal }): Promise<number>
}
