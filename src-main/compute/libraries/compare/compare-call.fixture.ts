/** Calls of the comparing library in this process, with candidates in memory. */
import { createHash } from 'node:crypto'
import { decodeCanonical } from '../../../protocol/canonical.ts'
import { cidOfDigest, RAW } from '../../../protocol/cid.ts'
import {
  candidateRole,
  COMPARE,
  COMPARE_LIMITS,
  COMPARING_MODULE_ROLE,
} from '../../../protocol/compare-task.ts'
import { faultOf, type Fault } from '../../../protocol/fault.ts'
import type { Cid } from '../../../protocol/ids.ts'
import { Likeness } from '../../../protocol/likeness.ts'
import type { Params } from '../../../protocol/work.ts'
import type { LibraryCall, LibraryInput, LibraryResult } from '../../library.ts'
import { libraryInput } from '../../worker/read-input.ts'
import { createCompareLibrary } from './library.ts'

/** A comparing of a test. */
export interface ComparingOfTest {
  readonly params: Params
  readonly module?: Uint8Array
  readonly limits?: Partial<LibraryCall['limits']>
}

/** How it ended. */
export interface ComparedOfTest {
  readonly alike?: Likeness['alike']
  readonly notes?: unknown
  readonly fault?: Fault
  readonly metered?: LibraryResult['metered']
}

/** The CID of some bytes. */
export function cidOf(bytes: Uint8Array): Cid {
  return cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
}

/** Bytes as a library reads them. */
export function inputOf(role: string, bytes: Uint8Array): LibraryInput {
  return libraryInput(role, { cid: cidOf(bytes), bytes: bytes.byteLength, content: bytes }, () => undefined)
}

const library = createCompareLibrary()

/** Compares outputs, or tells the fault. */
export async function compared(
  outputs: readonly Uint8Array[],
  { params, module, limits }: ComparingOfTest,
): Promise<ComparedOfTest> {
  const inputs = new Map(outputs.map((bytes, i) => [candidateRole(i), inputOf(candidateRole(i), bytes)]))
  if (module !== undefined) inputs.set(COMPARING_MODULE_ROLE, inputOf(COMPARING_MODULE_ROLE, module))
  try {
    const outcome = await library.run({
      algorithmId: COMPARE.id,
      params,
      inputs,
      limits: { ...COMPARE_LIMITS, ...limits },
      createOutput: () => {
        throw new Error('a comparing has no large output')
      },
      progress: () => undefined,
      said: () => undefined,
    })
    const notes = outcome.info?.['notes']
    if ('fault' in outcome) return { fault: outcome.fault, notes }
    if (!ArrayBuffer.isView(outcome.output)) throw new Error('the output is a file')
    return {
      alike: likenessIn(outcome.output).alike,
      notes,
      ...(outcome.metered === undefined ? {} : { metered: outcome.metered }),
    }
  } catch (error) {
    return { fault: faultOf(error, 'unit-failed') }
  }
}

/** The task's output, decoded as its reader does. */
export function likenessIn(output: Uint8Array): Likeness {
  const decoded = decodeCanonical(output, Likeness, COMPARE_LIMITS.outputBytesMax)
  if (!decoded.ok) throw new Error(decoded.fault.message)
  return decoded.value
}
