/**
 * Finds vectors in a worker with the stack that the compute host's workers have: on a smaller one, how deep a module
 * may call would be this machine's answer and not the meter's.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { fromBase64 } from '../programs/corpus.fixture.ts'
import { subjects, vectorOf, type Vector } from './vector.fixture.ts'

/** As in host/worker-threads.ts. */
const STACK_MIB = 8

/** Modules by name, in base64; today's are taken for those that are missing. */
export type Modules = Readonly<Record<string, string>>

/** All vectors, and the modules that were measured. */
export interface Measured {
  readonly modules: Modules
  readonly vectors: readonly Vector[]
}

/** All vectors, found anew. */
export function measure(modules: Modules): Promise<Measured> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: modules,
    resourceLimits: { stackSizeMb: STACK_MIB },
  })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

if (!isMainThread && parentPort !== null && workerData !== null) {
  const known = workerData as Modules
  const modules: Record<string, string> = {}
  const vectors: Vector[] = []
  for (const subject of subjects()) {
    const text = known[subject.module] ?? Buffer.from(subject.bytes()).toString('base64')
    modules[subject.module] = text
    vectors.push(await vectorOf(subject, fromBase64(text)))
  }
  parentPort.postMessage({ modules, vectors } satisfies Measured)
}
