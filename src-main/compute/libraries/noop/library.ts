import { z } from 'zod'
import { parseAs } from '../../../protocol/canonical.ts'
import { refuse } from '../../../protocol/fault.ts'
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

/** How often per second the above runs. */
function measure(_algorithmId: string, budgetMs: number): number {
  const startMs = performance.now()
  let calls = 0
  let elapsedMs = 0
  while (elapsedMs < budgetMs) {
    for (let i = 0; i < 1_000; i++) calls += indexBytes(calls).byteLength / 8
    elapsedMs = performance.now() - startMs
  }
  return (calls / elapsedMs) * 1_000
}

/** The library behind `mesh.noop`. */
export const library: Library = { run, measure }
