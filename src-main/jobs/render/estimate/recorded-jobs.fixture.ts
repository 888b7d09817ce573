import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EstimateInput, RenderOutcome } from './recorded-job.ts'

/** A render of the corpus (`cli/mesh/estimate-recorder.fixture.ts`). */
export const RecordedJob = z.object({
  /** Seconds since the recording began. */
  atS: z.number(),
  note: z.string(),
  /** Processes besides it that only computed. */
  load: z.number(),
  /** Share of all cores that was busy while it ran, itself included. */
  busyShare: z.number(),
  input: EstimateInput,
  outcome: RenderOutcome,
})
export type RecordedJob = z.infer<typeof RecordedJob>

/** The recorded jobs in the order in which they ran. */
export function recordedJobs(): readonly RecordedJob[] {
  const text = readFileSync(join(import.meta.dirname, 'recorded-jobs.jsonl'), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => RecordedJob.parse(JSON.parse(line)))
}
