import { Piscina } from 'piscina'
import { WORKERS_MAX, type HostInput, type WorkerInput, type WorkerSetup } from '../messages/input.ts'

/** A worker without work is let go after this, with whatever it cached. */
const WORKER_IDLE_MS = 30_000
/** Stack of a worker. How deep a module may call is measured against it (metering/limits.ts). */
const STACK_MIB = 8
/** Short-lived objects of a worker: V8's own choice on a desktop, whatever the machine. */
const YOUNG_MIB = 48
/** Machine code of our own JavaScript. V8 would claim 512 MiB per worker; WASM code lies elsewhere. */
const CODE_MIB = 64

/** How a host is set up: the first message that it gets. */
export type Configuration = Extract<HostInput, { kind: 'configure' }>

/** The worker threads of a host. */
export type WorkerThreads = Piscina<WorkerInput, undefined>

/** Worker threads, started as they are needed. @param shared memory that they and the host see */
export function createWorkerThreads(
  { registry, staging, filePrefix, heapBytesMax }: Configuration,
  shared: Pick<WorkerSetup, 'slots' | 'tails'>,
): WorkerThreads {
  return new Piscina<WorkerInput, undefined>({
    filename: new URL('../worker/worker.ts', import.meta.url).href,
    name: 'run',
    // No `execArgv`: a thread that has its own is not under the permission model of its process (Node 24.21). No hook for
    // quick imports either: with one a worker starts 60 ms sooner, but each small unit takes 5 % longer (measured twice).
    // The pool grows by itself. Its user decides how many work at once, since piscina cannot resize a running pool.
    minThreads: 0,
    maxThreads: WORKERS_MAX,
    idleTimeout: WORKER_IDLE_MS,
    recordTiming: false,
    resourceLimits: {
      maxOldGenerationSizeMb: Math.ceil(heapBytesMax / 2 ** 20),
      maxYoungGenerationSizeMb: YOUNG_MIB,
      codeRangeSizeMb: CODE_MIB,
      stackSizeMb: STACK_MIB,
    },
    workerData: { registry, staging, filePrefix, ...shared } satisfies WorkerSetup,
  })
}
