import type { JobFacts, JobRequest, KindName, ResultFile, ResultFormat, SubmittedJob } from '#contract'
import type { JobState } from '../peer/requester/slice.ts'
import type { JobId } from '../protocol/ids.ts'
import type { JobDependencies } from './dependencies.ts'
import type { JobKind, JobKindOptions } from './job-kind.ts'
import { createJoinedResults } from './joined-results.ts'
import * as kinds from './kinds.ts'
import { createJobNotes, forgetJobNotes, type JobNotesReader } from './job-notes.ts'
import { createReducer, type Reducer } from './reducer.ts'

type Created = { readonly [K in KindName]: ReturnType<(typeof kinds)[K]> }

/** All kinds of jobs over one peer. */
export interface JobTable {
  /** Each kind, with the calls that it alone has. */
  readonly kinds: Created
  submit(request: JobRequest, signal: AbortSignal): Promise<SubmittedJob>
  /** Facts of the job's kind; of the kind `other` where that is not known, or the job is not of its shape. */
  facts(job: JobState): JobFacts
  /** The kind whose jobs an algorithm computes; `other` for an unknown one. */
  kindOfAlgorithm(algorithmId: string | undefined): KindName
  /** The result of the job, or of the one that combines its outputs. @throws FaultError as `JobKind.result` */
  result(job: JobState, format?: ResultFormat): Promise<ResultFile>
  /** Whether a result can be made of a part of the job's units. */
  keepsPart(job: JobState): boolean
  /** A small picture of what a job made; undefined where there is none. @throws FaultError where it cannot be made */
  smallPicture(job: JobState): Promise<Uint8Array | undefined>
  forget(job: JobId): void
  /** Notes that this user alone has of a job. */
  readonly notesOf: JobNotesReader
  /** Jobs that combine the outputs of others. */
  readonly reducer: Reducer
}

/** Creates the kinds; `stopping` ends what they do when the peer stops. */
export function createJobTable(dependencies: JobDependencies, stopping: AbortSignal): JobTable {
  const joined = createJoinedResults(dependencies, stopping)
  const notesOf = createJobNotes(dependencies.settings)
  const options = { dependencies, notesOf, joined, stopping }
  // A kind that is missing, or of another contract, is a type error here.
  const table: { readonly [K in KindName]: (options: JobKindOptions) => JobKind<K> } = kinds
  const created = Object.fromEntries(
    Object.entries(table).map(([name, create]) => [name, create(options)]),
  ) as unknown as Created
  const byName = created as unknown as Readonly<Record<KindName, JobKind<KindName>>>
  const all = Object.values(byName)
  const byAlgorithm = new Map(all.map((kind) => [kind.algorithmId, kind]))
  const nameByAlgorithm = new Map(
    Object.entries(byName).map(([name, kind]) => [kind.algorithmId, name as KindName]),
  )
  const reducer = createReducer(dependencies, joined)
  stopping.addEventListener('abort', () => reducer.stop(), { once: true })

  function kindOf({ manifest }: JobState): JobKind<KindName> {
    return byAlgorithm.get(manifest.algorithm_id) ?? byName.other
  }

  return {
    kinds: created,
    submit: (request, signal) => byName[request.kind].submit(request, signal),
    facts: (job) => kindOf(job).facts(job) ?? { kind: 'other' },
    kindOfAlgorithm: (id) => (id === undefined ? undefined : nameByAlgorithm.get(id)) ?? 'other',
    result: async (job, format) => kindOf(job).result(job, format),
    keepsPart: (job) => kindOf(job).keepsPart === true,
    smallPicture: async (job) => kindOf(job).smallPicture?.(job),
    forget(job) {
      for (const kind of all) kind.forget?.(job)
      joined.forget(job)
      forgetJobNotes(dependencies.settings, job)
    },
    notesOf,
    reducer,
  }
}
