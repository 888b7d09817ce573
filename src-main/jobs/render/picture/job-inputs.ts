import type { JobState } from '../../../peer/requester/slice.ts'
import { runFile } from '../../../ports/run-inputs.ts'
import type { RunInput } from '../../../ports/runner.ts'
import { inputSeal } from '../../../protocol/job-key.ts'
import type { JobDependencies } from '../../dependencies.ts'

/** A job's inputs by role, for a local task; opened where they are sealed. @throws FaultError `blob-missing`, `storage-failed` */
export function jobInputs(
  { runtime, blobs }: Pick<JobDependencies, 'runtime' | 'blobs'>,
  job: JobState,
): Record<string, RunInput> {
  const key = runtime.keyOf(job)
  return Object.fromEntries(
    Object.entries(job.manifest.inputs).map(([role, cid]) => {
      const input = runFile(blobs, cid, `the input ${role}`)
      return [role, key === undefined ? input : { ...input, seal: inputSeal(key, role) }]
    }),
  )
}
