import { expect, it } from 'vitest'
import type { Cleaning } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import type { RunOutcome, Runner } from '../../../ports/runner.ts'
import { RenderParams } from '../../../protocol/job-kinds/render-tasks.ts'
import { renderRules } from '../../../protocol/job-kinds/render.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { createCleanings } from './cleanings.ts'

const MEMORY = { kind: 'memory-exhausted', message: 'no memory for a picture of this size' } as const

/** An ended job of which a part is here. */
const job = {
  manifest: {
    ...{ job_id: 'job-1', algorithm_id: renderRules.id, inputs: {}, unit_count: 1 },
    params: RenderParams.parse({ width: 16, height: 16, spp: 8, samples_per_unit: 4 }),
  },
  ...{ status: { state: 'cancelled', kept: true }, stored: 1 },
} as unknown as JobState

it('[G20] that fails leaves the picture as rendered, says why, and is tried again when it is asked for', async () => {
  const tasks: string[] = []
  const runner: Pick<Runner, 'run'> = {
    run: ([task], { finished }) => {
      if (task === undefined) throw new Error('no task')
      tasks.push(task.algorithmId)
      finished(task, { kind: 'failed', fault: MEMORY } satisfies RunOutcome)
      return Promise.resolve()
    },
  }
  const defects: unknown[] = []
  const dependencies = {
    ...{ runner, settings: { read: () => undefined }, clock: { after: () => () => undefined } },
    runtime: { jobs: { unit: () => undefined }, keyOf: () => undefined, onNotices: () => () => undefined },
    report: (error: unknown) => defects.push(error),
  } as unknown as JobDependencies
  const { signal } = new AbortController()
  const cleanings = createCleanings(dependencies, {
    notesOf: () => ({ denoise: 1 }),
    exposureStops: () => Promise.resolve(0),
    stopping: signal,
  })
  expect(await cleanings.of(job)).toBeUndefined()
  expect(await cleanings.of(job)).toBeUndefined()
  expect(tasks).toEqual(['render.clean'])
  const told = async (again: boolean): Promise<Cleaning | undefined> =>
    (await cleanings.watch(job, again, signal).next()).value ?? undefined
  expect(await told(false)).toEqual({ state: 'as-rendered', why: 'failed', message: MEMORY.message })
  await told(true)
  expect(tasks).toHaveLength(2)
  expect(defects).toEqual([])
})
