import type { FactsOf, KindName, RequestOf, ResultFile, ResultFormat, SubmittedOf } from '#contract'
import type { JobState } from '../peer/requester/slice.ts'
import type { JobId } from '../protocol/ids.ts'
import type { JobDependencies } from './dependencies.ts'
import type { JobNotesReader } from './job-notes.ts'
import type { JoinedResults } from './joined-results.ts'

/** One kind of job, as its requester submits, shows and finishes it. */
export interface JobKind<K extends KindName> {
  /** The algorithm whose jobs are of this kind; absent for `other`, which takes the rest. */
  readonly algorithmId?: string
  /**
   * Imports what the request names and submits its job, or jobs.
   * @throws FaultError as the contract says of `jobs.submit`
   */
  submit(request: RequestOf<K>, signal: AbortSignal): Promise<SubmittedOf<K>>
  /** The facts that lists show; undefined where the job's parameters are not of this kind's shape. Cheap. */
  facts(job: JobState): FactsOf<K> | undefined
  /**
   * The result of a job that is done; made once, and kept as long as the job.
   * @throws FaultError `bad-input` before the end and for a format that the kind does not have, `unsupported`
   */
  result(job: JobState, format?: ResultFormat): Promise<ResultFile>
  /** Whether a result can be made of a part of a job's units, so that an ended job keeps what it has. */
  readonly keepsPart?: true
  /**
   * A small JPEG of what a job that is done made, such as `Thanks` carries; undefined where none can be that small. Absent for
   * kinds that make no pictures.
   */
  smallPicture?(job: JobState): Promise<Uint8Array | undefined>
  /** Forgets what it remembers of a job that is removed, other than blobs: these go with the job's pins. */
  forget?(job: JobId): void
}

/** Everything that a kind is created with. */
export interface JobKindOptions {
  readonly dependencies: JobDependencies
  readonly notesOf: JobNotesReader
  /** Results of jobs whose outputs are joined, the same for all kinds. */
  readonly joined: JoinedResults
  /** Ends imports and assembling when the peer stops. */
  readonly stopping: AbortSignal
}
