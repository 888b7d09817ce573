/** A registry for `npm run bench -- mesh`: one algorithm, whose units take a time and no processor. */
import { z } from 'zod'
import { parseAs } from '../protocol/canonical.ts'
import { refuse } from '../protocol/fault.ts'
import type { Library, LibraryCall, LibraryEntry, LibraryResult } from './library.ts'

const WaitParams = z.strictObject({ wait_ms: z.int().min(1).max(60_000) })

/** Keeps its worker busy as a unit that computes would, so that many peers are measured on few cores. */
function run({ params, unitIndex }: LibraryCall): LibraryResult {
  const parsed = parseAs(params, WaitParams)
  if (!parsed.ok) refuse('bad-input', parsed.fault.message)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, parsed.value.wait_ms)
  return { output: new Uint8Array(Uint32Array.of(unitIndex ?? 0).buffer) }
}

const library: Library = { run, measure: () => 1 }

/** All that runs here: `test.wait`, in which every machine has the highest score. */
export const libraries: readonly LibraryEntry[] = [
  {
    algorithms: [
      { algorithmId: 'test.wait', version: '1.0.0', scope: 'shared', modules: [], referenceRate: 1 },
    ],
    load: () => Promise.resolve(library),
  },
]
