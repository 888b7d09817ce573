import { createHash } from 'node:crypto'
import { ResultFile } from '#contract'
import type { JobState } from '../peer/requester/slice.ts'
import { refuse } from '../protocol/fault.ts'
import { outputSeal } from '../protocol/job-key.ts'
import type { JobId } from '../protocol/ids.ts'
import type { ResultRule } from '../protocol/work.ts'
import { keptPin } from '../runtime/blobs/blob-rights.ts'
import { blobPieces } from '../ports/blob-pieces.ts'
import { openedPieces } from '../runtime/blobs/sealed-blobs.ts'
import { openBytes } from '../sealing/seal.ts'
import { followingJob } from './following-job.ts'
import type { JobDependencies } from './dependencies.ts'
import { createKeptArtifact } from './kept-artifact.ts'
import { mustBeDone } from './job-phase.ts'

/** Rules by which outputs are joined. It is absent only from jobs of an older version, which are joined like those of today. */
const JOINED: ReadonlySet<string | undefined> = new Set<ResultRule | undefined>([
  'joined',
  'reduced',
  undefined,
])

/** Results that are made of the units' outputs one after the other, the same for every kind of job. */
export interface JoinedResults {
  /**
   * The result of a job as a whole: its outputs joined, or the output of the job that combines them.
   * @throws FaultError `bad-input` for a job that is not done, `unsupported` for one whose outputs are not joined
   */
  result(job: JobState): Promise<ResultFile>
  /** The outputs of a job's own units, one after the other. @throws FaultError as `result` */
  joined(job: JobState): Promise<ResultFile>
  forget(job: JobId): void
}

/** Creates the results; `signal` ends joining when the peer stops. */
export function createJoinedResults(dependencies: JobDependencies, signal: AbortSignal): JoinedResults {
  const { blobs, runtime } = dependencies
  const artifact = createKeptArtifact(dependencies, {
    name: 'result',
    schema: ResultFile,
    blobsOf: ({ cid }) => [cid],
    make: join,
  })

  async function join(job: JobState): Promise<ResultFile> {
    const hash = createHash('sha256')
    let bytes = 0
    const hashed = async function* () {
      for await (const piece of outputPieces(dependencies, job, signal)) {
        hash.update(piece)
        bytes += piece.byteLength
        yield piece
      }
    }
    const cid = await blobs.putStream(hashed(), { signal })
    blobs.pin(cid, keptPin(job.manifest.job_id))
    return { cid, bytes, sha256: hash.digest('hex') }
  }

  async function joined(job: JobState): Promise<ResultFile> {
    const { job_id, algorithm_id, result } = job.manifest
    if (!JOINED.has(result)) {
      refuse(
        'unsupported',
        `the result of job ${job_id} (${algorithm_id}) takes a newer version to put together`,
      )
    }
    mustBeDone(job)
    return artifact.of(job)
  }

  return {
    joined,
    async result(job) {
      const following = followingJob(job.manifest)
      if (following === undefined) return joined(job)
      const reduced = runtime.jobs.find(following)
      if (reduced !== undefined) return joined(reduced)
      return refuse('bad-input', `job ${following}, which combines the outputs, has not begun`)
    },
    forget: (job) => artifact.forget(job),
  }
}

/** The verified outputs of all units, in order, opened where they are sealed. */
async function* outputPieces(
  { blobs, runtime }: Pick<JobDependencies, 'blobs' | 'runtime'>,
  job: JobState,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const key = runtime.keyOf(job)
  const { job_id, unit_count } = job.manifest
  for (let index = 0; index < unit_count; index++) {
    const verified = runtime.jobs.unit(job, index)?.verified
    if (verified?.stored !== true) refuse('blob-missing', `unit ${index} of ${job_id} is not here`)
    const { inline, cid } = verified
    if (key === undefined) {
      if (inline !== undefined) yield inline
      else yield* blobPieces(blobs, cid, signal)
    } else {
      const seal = outputSeal(key, index)
      if (inline !== undefined) yield openBytes(seal, inline)
      else yield* openedPieces(blobs, cid, seal, signal)
    }
  }
}
