import type { Fault } from '../protocol/fault.ts'
import type { Params } from '../protocol/work.ts'
import type { Cid } from '../protocol/ids.ts'
import type { RunLimits } from '../ports/runner.ts'

/** An algorithm as a library declares it: light enough for the main process to know, which never runs it. */
export interface AlgorithmDeclaration {
  readonly algorithmId: string
  readonly version: string
  /** Whether others may send units of it, or only this peer runs it for itself. */
  readonly scope: 'shared' | 'local'
  /** Files whose bytes decide the result (WASM modules); their digest is part of the engine's name. */
  readonly modules: readonly URL[]
  /** Whether it runs through the meter (metering/): its identity is then part of the engine's name. */
  readonly metered?: boolean
  /** Whether it runs strangers' code: a job must say what one unit may use. */
  readonly limited?: boolean
  /** Shared algorithms: what `Library.measure` returns on the reference machine (see benchmark.ts). */
  readonly referenceRate?: number
}

/**
 * One entry of the registry. A library is a folder `libraries/<name>` with its declaration and, apart from it so
 * that only workers load it, its code.
 */
export interface LibraryEntry {
  readonly algorithms: readonly AlgorithmDeclaration[]
  /** Loads the code. Called in a worker, once. */
  readonly load: () => Promise<Library>
}

/** An input blob, read when the library asks for it. */
export interface LibraryInput {
  readonly cid: Cid
  /**
   * Names its content, as this job may read it: whatever is kept between calls is found by this. Of a sealed blob it names
   * the seal too, so that a peer with the blob but without the key finds nothing that was made of its content.
   */
  readonly contentName: string
  readonly bytes: number
  /** The whole content, read from disk and verified each time. @throws FaultError `blob-missing`, `blob-corrupt` */
  read(): Uint8Array<ArrayBuffer>
  /**
   * Reads the whole content straight into `target`, of exactly `bytes` bytes, and verifies it there: no copy.
   * @throws FaultError `blob-missing`, `blob-corrupt`; then nothing in `target` may be used
   */
  readInto(target: Uint8Array): void
  /** Verifies the whole file and opens it, to be read in pieces. @throws FaultError `blob-missing`, `blob-corrupt` */
  open(): InputFile
}

/** A verified input, open for reading. Its opener closes it. */
export interface InputFile {
  /** Reads from byte `at` on straight into `target`; returns how many bytes, 0 at the end and behind it. */
  readAt(target: Uint8Array, at: number): number
  close(): void
}

/**
 * A file that a call writes its output to while it runs. It goes away unless it is the call's result.
 * @throws FaultError `storage-failed` from each function
 */
export interface OutputFile {
  /** Its length; behind what was written and up to it there are zeros. */
  readonly bytes: number
  /** Writes all of `source`, which may be a view into a WASM memory: no copy. */
  write(source: Uint8Array, at: number): void
  readAt(target: Uint8Array, at: number): number
  truncate(bytes: number): void
}

/** One call of an algorithm. */
export interface LibraryCall {
  readonly algorithmId: string
  /** As the job has them: the library parses them with its own schema and refuses with `bad-input`. */
  readonly params: Params
  readonly inputs: ReadonlyMap<string, LibraryInput>
  /** Absent for local tasks. */
  readonly unitIndex?: number
  readonly limits: RunLimits
  /** A new, empty file for an output too large to be held and returned as bytes. */
  createOutput(): OutputFile
  /** Tells how far the call has come, 0 to 1. Cheap: most calls are dropped. */
  progress(fraction: number): void
  /** Told what a module says as it says it: its host quotes the end of that when it has to stop it. */
  said(bytes: Uint8Array): void
}

/** The result of a call. Its buffers are given away: they are transferred, not copied. */
export interface LibraryResult {
  readonly output: Uint8Array<ArrayBuffer> | OutputFile
  /** Further outputs of local tasks, by role (lower-case letters, digits and dashes). */
  readonly extras?: Readonly<Record<string, Uint8Array<ArrayBuffer>>>
  /** Facts for the caller of a local task, and what a module logged. */
  readonly info?: Params
  /** Bytes of memory held outside the JavaScript heap (WASM memories, large buffers) at the highest. */
  readonly memoryBytes?: number
  /** Fuel and memory that metered code used; see `RunMetrics`. */
  readonly metered?: {
    readonly fuel: number
    readonly peakPages: number
    readonly copiedBytes: number
  }
}

/** A call that failed and has facts to tell besides, a module's log for one. Others throw their fault. */
export interface LibraryFailure {
  readonly fault: Fault
  readonly info: Params
}

/** How a call ended. */
export type LibraryOutcome = LibraryResult | LibraryFailure

/** The code of a library, loaded in a worker. It may keep what speeds up the next call, within a bound. */
export interface Library {
  /** Runs one call. @throws FaultError for what it expects to go wrong; anything else counts as `unit-failed` */
  run(call: LibraryCall): LibraryOutcome | Promise<LibraryOutcome>
  /**
   * Works for about `budgetMs` on a built-in example of a shared algorithm.
   * @returns its rate, in the algorithm's own unit of work per second of processor time (`threadCpuMs`), so that
   * a busy machine is not taken for a slow one
   */
  measure?(algorithmId: string, budgetMs: number): number | Promise<number>
}
