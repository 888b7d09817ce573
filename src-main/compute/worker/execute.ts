import { getHeapStatistics } from 'node:v8'
import { failure, faultOf, refuse, type Fault } from '../../protocol/fault.ts'
import type { RunMetrics } from '../../protocol/receipt.ts'
import type { Params } from '../../protocol/work.ts'
import { threadCpuMs } from './cpu-time.ts'
import type { Call } from '../messages/input.ts'
import type { Library, LibraryInput, LibraryOutcome, LibraryResult, OutputFile } from '../library.ts'
import type { LibraryIndex } from '../library-index.ts'
import { libraryInput } from './read-input.ts'

/** How a task ended, its outputs still in memory or in files that have not been reported. */
export type Executed =
  | {
      readonly kind: 'done'
      readonly output: Uint8Array<ArrayBuffer> | OutputFile
      readonly extras: Readonly<Record<string, Uint8Array<ArrayBuffer>>>
      readonly info: Params
      readonly metrics: RunMetrics
    }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly info?: Params }

/** Wall time that a measurement may take: long enough to be past the compiler's tiers, short enough for a start. */
export const MEASURE_MS = 400

/** A call's own part of a batch. */
interface Task {
  readonly unitIndex?: number
  readonly createOutput: () => OutputFile
  readonly progress: (fraction: number) => void
  readonly said: (bytes: Uint8Array) => void
}

/**
 * Runs one task of a call in this thread, and measures it. Whatever the library throws comes back as a fault:
 * its own where it threw one, `memory-exhausted` where this process had none to give, `unit-failed` otherwise.
 */
export async function execute(index: LibraryIndex, call: Call, task: Task): Promise<Executed> {
  const cpuAtStartMs = threadCpuMs()
  const startMs = performance.now()
  const read = { bytes: 0 }
  try {
    const library = await index.load(call.algorithmId, call.algorithmVersion)
    const result =
      call.kind === 'run' ? await runOf(library, call, task, read) : await measured(library, call)
    if ('fault' in result) return { kind: 'failed', ...result }
    const outputBytes = Object.values(result.extras ?? {}).reduce(
      (sum, extra) => sum + extra.byteLength,
      ArrayBuffer.isView(result.output) ? result.output.byteLength : result.output.bytes,
    )
    const { outputBytesMax, outputBytesLent = outputBytesMax } = call.limits
    if (outputBytes > outputBytesMax) {
      return failedWith('oversized', `an output of ${outputBytes} bytes, limit ${outputBytesMax}`)
    }
    if (outputBytes > outputBytesLent) {
      return failedWith(
        'quota-exceeded',
        `an output of ${outputBytes} bytes, and ${outputBytesLent} are lent`,
      )
    }
    return {
      kind: 'done',
      output: result.output,
      extras: result.extras ?? {},
      info: result.info ?? {},
      metrics: {
        wall_ms: performance.now() - startMs,
        cpu_ms: Math.max(0, threadCpuMs() - cpuAtStartMs),
        peak_memory_bytes: (result.memoryBytes ?? 0) + getHeapStatistics().used_heap_size,
        input_bytes: read.bytes,
        output_bytes: outputBytes,
        ...meteredMetrics(result),
      },
    }
  } catch (error) {
    return { kind: 'failed', fault: faultOf(error, lacksMemory(error) ? 'memory-exhausted' : 'unit-failed') }
  }
}

/** How messages of V8 and Node begin when they have no memory to give. */
const NO_MEMORY = /^(Array buffer allocation failed|WebAssembly\.Memory\(\): could not allocate)/

/** Whether this process had no memory to give: what else runs here may have taken it. */
export function lacksMemory(error: unknown): boolean {
  return error instanceof RangeError && NO_MEMORY.test(error.message)
}

function meteredMetrics({
  metered,
}: LibraryResult): Pick<RunMetrics, 'fuel' | 'peak_pages' | 'copied_bytes'> {
  if (metered === undefined) return {}
  return { fuel: metered.fuel, peak_pages: metered.peakPages, copied_bytes: metered.copiedBytes }
}

function runOf(
  library: Library,
  call: Call,
  task: Task,
  read: { bytes: number },
): LibraryOutcome | Promise<LibraryOutcome> {
  const inputs = new Map<string, LibraryInput>()
  for (const [role, input] of Object.entries(call.inputs)) {
    inputs.set(
      role,
      libraryInput(role, input, (bytes) => {
        read.bytes += bytes
      }),
    )
  }
  return library.run({
    algorithmId: call.algorithmId,
    params: call.params,
    inputs,
    ...(task.unitIndex === undefined ? {} : { unitIndex: task.unitIndex }),
    limits: call.limits,
    createOutput: task.createOutput,
    progress: task.progress,
    said: task.said,
  })
}

async function measured(library: Library, call: Call): Promise<LibraryResult> {
  if (library.measure === undefined) refuse('unknown-algorithm', `${call.algorithmId} has no measurement`)
  const rate = await library.measure(call.algorithmId, MEASURE_MS)
  return { output: new Uint8Array(0), info: { rate } }
}

function failedWith(kind: Fault['kind'], message: string): Executed {
  return { kind: 'failed', fault: failure(kind, message).fault }
}
