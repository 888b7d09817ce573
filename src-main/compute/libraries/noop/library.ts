import { z } from 'zod'
import { parseAs } from '../../../protocol/canonical.ts'
import { refuse } from '../../../protocol/fault.ts'
import { threadCpuMs } from '../../worker/cpu-time.ts'
import type { Library, LibraryCall, LibraryResult } from '../../library.ts'

/** `mesh.noop` has no parameters. */
const NoopParams = z.strictObject({})

/** Returns the unit's index as 8 bytes, little-endian: distinct per unit, so that results cannot be mixed up. */
function run(call: LibraryCall): LibraryResult {
  const parsed = parseAs(call.params, NoopParams)
  if (!parsed.ok) refuse('bad-input', parsed.fault.message)
  if (call.unitIndex === undefined) refuse('bad-input', 'a unit without its index')
  return { output: indexBytes(call.unitIndex) }
}

function indexBytes(index: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(8)
  new DataView(output.buffer).setBigUint64(0, BigInt(index), true)
  return output
}

/** How often per second of processor time the above runs. */
function measure(_algorithmId: string, budgetMs: number): number {
  const untilMs = performance.now() + budgetMs
  const cpuAtStartMs = threadCpuMs()
  let calls = 0
  while (performance.now() < untilMs) {
    for (let i = 0; i < 1_000; i++) calls += indexBytes(calls).byteLength / 8
  }
  return (calls * 1_000) / (threadCpuMs() - cpuAtStartMs)
}

/** The library behind `mesh.noop`. */
export const library: Library = { run, measure }
