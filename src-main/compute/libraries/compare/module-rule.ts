import { FaultError, type Fault } from '../../../protocol/fault.ts'
import { ModuleCallParams } from '../../../protocol/job-kinds/module.ts'
import type { UnitLimits } from '../../../protocol/unit-limits.ts'
import type { LibraryCall, LibraryInput, LibraryOutcome, LibraryResult } from '../../library.ts'
import type { ModuleRunner } from '../wasm/module-runner.ts'
import { pairInput } from './pair-input.ts'
import type { PairRule } from './pairs.ts'

/** Bytes that a module may say about a pair; any at all mean that the two are unlike. */
const VERDICT_BYTES_MAX = 64 << 10

/**
 * Faults of a run that are about the pair that was compared. Others (a module that is refused, no memory, a damaged blob)
 * end the whole comparing.
 */
const PAIR_FAULTS: ReadonlySet<Fault['kind']> = new Set([
  'trapped',
  'fuel-exhausted',
  'stack-exhausted',
  'oversized',
  'not-opened',
])

/** A rule that asks a module, and figures of the module's runs so far. */
export interface ModuleRule extends PairRule<LibraryInput> {
  /** Undefined when a run gave an answer, or none was needed; otherwise the fault with which the first run ended. */
  fault(): Fault | undefined
  /** A line for each pair that has no answer. */
  notes(): readonly string[]
  metered(): NonNullable<LibraryResult['metered']>
}

/**
 * Compares by a supplied module, which is run once a pair as a unit of a job is, with fuel and limits of its own for each
 * run. The two are alike when it ends well without an output: a meshwork-1 module whose `run` returns 0, a WASI command
 * that writes nothing and ends with code 0, as `cmp` does. Any output or another exit code says that they are unlike.
 *
 * A pair whose run ends with a fault is unlike: its content may have been made to break the module.
 */
export function moduleRule(
  runner: ModuleRunner,
  module: LibraryInput,
  call: LibraryCall,
  limits: UnitLimits,
): ModuleRule {
  const params = ModuleCallParams.parse({ limits })
  const faults: { readonly fault: Fault; readonly pair: string }[] = []
  const used = { fuel: 0, peakPages: 0, copiedBytes: 0 }
  let answers = 0

  function run(one: LibraryInput, other: LibraryInput): LibraryOutcome {
    return runner.run(
      module,
      {
        input: pairInput(one, other),
        limits: { ...call.limits, outputBytesMax: VERDICT_BYTES_MAX },
        createOutput: () => call.createOutput(),
        said: (bytes) => call.said(bytes),
        progress: () => undefined,
      },
      params,
    )
  }

  function add({ metered }: LibraryResult): void {
    used.fuel += metered?.fuel ?? 0
    used.peakPages = Math.max(used.peakPages, metered?.peakPages ?? 0)
    used.copiedBytes += metered?.copiedBytes ?? 0
  }

  function alike(one: LibraryInput, other: LibraryInput): boolean {
    const outcome = withFaults(() => run(one, other))
    if (!('fault' in outcome)) {
      answers++
      add(outcome)
      return lengthOf(outcome.output) === 0
    }
    const { fault } = outcome
    if (fault.kind === 'exit-code') answers++
    else if (PAIR_FAULTS.has(fault.kind)) faults.push({ fault, pair: `${one.cid} and ${other.cid}` })
    else throw new FaultError(fault)
    return false
  }

  return {
    shape: () => ({ kind: 'read', value: '' }),
    read: (output) => ({ kind: 'read', value: output }),
    alike,
    fault: () => (answers === 0 ? faults[0]?.fault : undefined),
    notes: () => faults.map(({ fault, pair }) => `no answer about ${pair}: ${fault.message}`),
    metered: () => used,
  }
}

function withFaults(run: () => LibraryOutcome): LibraryOutcome {
  try {
    return run()
  } catch (error) {
    if (error instanceof FaultError) return { fault: error.fault, info: {} }
    throw error
  }
}

function lengthOf(output: LibraryResult['output']): number {
  return ArrayBuffer.isView(output) ? output.byteLength : output.bytes
}
