/**
 * A program: runs every recursion of the corpus in a thread whose stack is half of a worker's, and prints how each
 * ended. What counts on V8's own limit ends otherwise there.
 */
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { faultOf } from '../../protocol/fault.ts'
import { meterModule } from '../metering/meter.ts'
import { instantiateMetered, type MeteredInstance } from '../metering/metered-instance.ts'
import { WASI_FUNCTIONS, type HostileCase } from './hostile-case.fixture.ts'
import { RECURSIONS } from './recursion.fixture.ts'

/** Half of what worker-threads.ts gives to workers. */
const STACK_MIB = 4
const METERING = { memoryPagesMax: 256, tableElementsMax: 10_000, nanBits: 'canonical' } as const

/** How a recursion ended, and after how much fuel. */
export interface Ending {
  readonly name: string
  readonly kind: string
  readonly fuel: number
}

const imports: WebAssembly.Imports = {
  meshwork: { log: () => undefined },
  wasi_snapshot_preview1: {
    ...Object.fromEntries(WASI_FUNCTIONS.map(([name]): [string, () => number] => [name, () => 0])),
    proc_exit: () => undefined,
  },
}

function endingOf({ name, module }: HostileCase): Ending {
  const compiled = new WebAssembly.Module(meterModule(Uint8Array.from(module), METERING).bytes)
  let instance: MeteredInstance | undefined
  try {
    instance = instantiateMetered(compiled, imports, {
      fuel: 1e9,
      ready: (ready) => {
        instance = ready
      },
    })
    const { alloc, run, _start } = instance.exports as Record<string, (...args: readonly number[]) => unknown>
    instance.guard(() => alloc?.(1))
    instance.guard(() => run?.(0, 0) ?? _start?.())
    return { name, kind: 'done', fuel: instance.fuelUsed() }
  } catch (error) {
    return { name, kind: faultOf(error, 'unit-failed').kind, fuel: instance?.fuelUsed() ?? 0 }
  }
}

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { resourceLimits: { stackSizeMb: STACK_MIB } })
  worker.on('message', (endings: readonly Ending[]) => process.stdout.write(JSON.stringify(endings)))
} else {
  parentPort?.postMessage(RECURSIONS.map(endingOf))
}
