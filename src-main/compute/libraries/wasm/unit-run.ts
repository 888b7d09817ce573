import { assert, FaultError, faultOf, refuse, type Fault } from '../../../protocol/fault.ts'
import type { ModuleCallParams } from '../../../protocol/job-kinds/module.ts'
import { PAGE_BYTES } from '../../../protocol/unit-limits.ts'
import { withLastWords } from '../../messages/last-words.ts'
import type { LibraryCall, LibraryOutcome } from '../../library.ts'
import { instantiateMetered, type MeteredInstance } from '../../metering/metered-instance.ts'
import { importsOf } from './imports.ts'
import { meshworkProgram } from './abi/meshwork-program.ts'
import type { LoadedModule } from './module-cache.ts'
import type { ModuleMemory } from './unit/module-memory.ts'
import { createOutputSink } from './unit/output-sink.ts'
import type { UnitHost, UnitInput } from './unit/unit-host.ts'
import { createUnitLog } from './unit/unit-log.ts'
import { wasiProgram } from './wasi/wasi-program.ts'

/** One run of a module: a unit of a job, or what a task of this peer's own asks of one. */
export interface ModuleCall extends Pick<
  LibraryCall,
  'unitIndex' | 'limits' | 'createOutput' | 'progress' | 'said'
> {
  /** Absent where there is none: then it is empty. */
  readonly input: UnitInput | undefined
}

/**
 * Runs one unit in an instance of its own, to whose memory `memory` is attached. What the module logged comes with the result, or with the fault.
 *
 * @throws FaultError where there is no log to tell
 */
export function runUnit(
  loaded: LoadedModule,
  call: ModuleCall,
  params: ModuleCallParams,
  memory: ModuleMemory,
): LibraryOutcome {
  const { limits } = params
  if (limits.memory_pages * PAGE_BYTES > call.limits.memoryBytesMax) {
    refuse(
      'quota-exceeded',
      `the job's ${limits.memory_pages} pages of memory are more than is lent to it here`,
    )
  }
  const { input } = call
  if (input !== undefined && input.bytes > limits.input_bytes) {
    refuse('oversized', `the input of ${input.bytes} bytes is over the limit of ${limits.input_bytes}`)
  }
  const log = createUnitLog(limits.log_bytes, (bytes) => call.said(bytes))
  let instance: MeteredInstance | undefined
  let copiedBytes = 0
  const host: UnitHost = {
    unit: call.unitIndex ?? 0,
    params,
    input,
    memory,
    log,
    charge: (units) => {
      assert(instance !== undefined, 'host functions are called by an instance')
      instance.charge(units)
    },
    progress: (fraction) => call.progress(fraction),
    createSink: () =>
      createOutputSink({
        bytesMax: Math.min(limits.output_bytes, call.limits.outputBytesMax),
        createFile: () => call.createOutput(),
        copied: (bytes) => {
          copiedBytes += bytes
        },
      }),
  }
  const program = loaded.abi === 'wasi-command' ? wasiProgram(host) : meshworkProgram(host)
  const instantiate = () =>
    instantiateMetered(loaded.module, importsOf(loaded.shape.imports, program.functions), {
      fuel: limits.fuel,
      ready: (ready) => {
        instance = ready
        memory.attach(ready.exports['memory'] as WebAssembly.Memory)
      },
    })
  try {
    const output = program.run(instantiate)
    assert(instance !== undefined, 'what ran was instantiated')
    const text = log.text()
    return {
      output,
      ...(text === '' ? {} : { info: { log: text } }),
      memoryBytes: memory.bytes(),
      metered: { fuel: instance.fuelUsed(), peakPages: memory.bytes() / PAGE_BYTES, copiedBytes },
    }
  } catch (error) {
    // V8 throws a RangeError when a host function found no stack or no memory for itself: this machine's lack.
    const fault = faultOf(error, error instanceof RangeError ? 'memory-exhausted' : 'unit-failed')
    const text = log.text()
    if (text === '') throw new FaultError(fault, error)
    return { fault: quoted(fault, log.lastWords()), info: { log: text } }
  }
}

/** A program that gives up says why on standard error; the fault's one line quotes that. */
function quoted(fault: Fault, words: string): Fault {
  const isOwnEnd = fault.kind === 'trapped' || fault.kind === 'exit-code'
  return isOwnEnd ? withLastWords(fault, words) : fault
}
