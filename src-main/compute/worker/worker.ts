/**
 * A worker thread of the compute host, as piscina loads it: runs batches and posts results as they come.
 * It takes requests from the host (its own process) and returns bytes, files and faults.
 */
import { join } from 'node:path'
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { assert } from '../../protocol/fault.ts'
import { execute } from './execute.ts'
import {
  callOf,
  SLOT_BEGUN,
  SLOT_THREAD,
  SLOT_WORDS,
  type TaskKey,
  type WorkerInput,
  type WorkerSetup,
} from '../messages/input.ts'
import type { LibraryEntry } from '../library.ts'
import { indexLibraries, type LibraryIndex } from '../library-index.ts'
import { beginTail } from '../messages/log-tail.ts'
import { lockDown } from '../host/lockdown.ts'
import type { TaskResult, WorkerOutput } from '../messages/output.ts'
import { createStaging } from './staging.ts'

/** Results wait at most this long for others to travel with: below what a user notices, above a message's cost. */
const FLUSH_AFTER_MS = 2

/** Progress is told at most this often per worker. */
const PROGRESS_EVERY_MS = 100

lockDown()

/** Loaded with the first batch, so that a broken registry is a failed task with a message, not a silent thread. */
let index: Promise<LibraryIndex> | undefined

/** Runs a batch's tasks one after another; resolves when their results are posted. */
export async function run({ slot, batch }: WorkerInput): Promise<void> {
  const setup = workerData as WorkerSetup
  const begun = slot * SLOT_WORDS + SLOT_BEGUN
  Atomics.store(setup.slots, slot * SLOT_WORDS + SLOT_THREAD, threadId)
  index ??= loadIndex(setup.registry)
  const libraries = await index
  const report = createReport(batch.id)
  for (const [position, task] of batch.tasks.entries()) {
    const { key, unitIndex } = task
    const said = beginTail(setup.tails, slot)
    Atomics.store(setup.slots, begun, position + 1)
    const staging = createStaging(join(setup.staging, `${setup.filePrefix}-${key}`))
    const executed = await execute(libraries, callOf(batch.call, task), {
      ...(unitIndex === undefined ? {} : { unitIndex }),
      createOutput: staging.createOutput,
      progress: createProgress(key),
      said,
    })
    const staged = staging.handOver(executed)
    report.add({ key, outcome: staged.outcome }, staged.transfer)
  }
  report.flush()
}

async function loadIndex(registry: string): Promise<LibraryIndex> {
  const { libraries } = (await import(registry)) as { libraries: readonly LibraryEntry[] }
  return indexLibraries(libraries)
}

/** Gathers results for a moment, so that a batch of small tasks does not cost a message each. */
function createReport(batch: number) {
  let results: TaskResult[] = []
  let transfer: ArrayBuffer[] = []
  let flushedMs = performance.now()
  const flush = () => {
    if (results.length > 0) post({ kind: 'results', batch, results }, transfer)
    results = []
    transfer = []
    flushedMs = performance.now()
  }
  return {
    add: (result: TaskResult, buffers: readonly ArrayBuffer[]) => {
      results.push(result)
      transfer.push(...buffers)
      if (performance.now() - flushedMs > FLUSH_AFTER_MS) flush()
    },
    flush,
  }
}

function createProgress(key: TaskKey): (fraction: number) => void {
  let toldMs = performance.now()
  return (fraction) => {
    const nowMs = performance.now()
    if (nowMs - toldMs < PROGRESS_EVERY_MS) return
    toldMs = nowMs
    post({ kind: 'progress', key, fraction: Math.min(1, Math.max(0, fraction)) }, [])
  }
}

function post(output: WorkerOutput, transfer: readonly ArrayBuffer[]): void {
  assert(parentPort !== null, 'this module is loaded in a worker')
  parentPort.postMessage(output, transfer)
}
