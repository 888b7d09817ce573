import { type ByteWriter, writeByte, writeBytes, writeUnsigned } from './byte-writer.ts'
import type { FunctionPlan } from '../scan/function-plan.ts'
import type { NanPatch } from '../nan/patch.ts'
import { canonicalSequence, SCRATCH_TYPE } from '../nan/sequence.ts'
import type { NanShape } from '../nan/flow/shapes.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import { PASSING } from '../scan/stack-use.ts'
import { VALUE_TYPE } from '../parse/value-types.ts'

/** Indices of what the meter keeps in a function's locals; -1 for what it does not need. */
export interface MeterLocals {
  /** i64: the fuel, inside a check and inside a loop that caches it */
  readonly fuel: number
  /** i32: the length of a bulk operation */
  readonly length: number
  /** i64: what the rounds of a counted loop cost */
  readonly rounds: number
  /** i64: slots of the stack that are left below this function's frame */
  readonly depth: number
  /**
   * Where the first local that is no parameter is now, if the depth has become a parameter and taken its index: so
   * that all others stay where they were.
   */
  readonly moved: number
  /** Instructions that make a value of a shape canonical, with its scratch local. */
  readonly nan: ReadonlyMap<NanShape, Uint8Array>
  /** Types of the locals that are added after the function's own. */
  readonly added: readonly number[]
}

const NO_SEQUENCES: ReadonlyMap<NanShape, Uint8Array> = new Map()

/** Gives a function the locals that the meter needs in it. */
export function placeLocals(
  module: ParsedModule,
  plan: FunctionPlan,
  needs: { readonly needsFuel: boolean; readonly passing: number; readonly patches: readonly NanPatch[] },
): MeterLocals {
  const { needsFuel, passing, patches } = needs
  const isParameter = passing === PASSING.parameter || passing === PASSING.entrance
  const first = isParameter ? plan.locals.find(({ count }) => count > 0) : undefined
  const added: number[] = []
  const from = plan.localCount + (isParameter && first === undefined ? 1 : 0)
  const add = (type: number) => from + added.push(type) - 1
  const moved = first === undefined ? -1 : add(first.type)
  return {
    moved,
    fuel: needsFuel ? add(VALUE_TYPE.i64) : -1,
    length: plan.hasLengths ? add(VALUE_TYPE.i32) : -1,
    rounds: plan.hasRounds ? add(VALUE_TYPE.i64) : -1,
    depth: isParameter
      ? (module.types[plan.type]?.params.length ?? 0)
      : passing === PASSING.global
        ? add(VALUE_TYPE.i64)
        : -1,
    nan: patches.length === 0 ? NO_SEQUENCES : nanSequences(patches, add),
    added,
  }
}

function nanSequences(
  patches: readonly NanPatch[],
  add: (type: number) => number,
): ReadonlyMap<NanShape, Uint8Array> {
  const shapes = new Set(patches.map(({ shape }) => shape))
  return new Map(Array.from(shapes, (shape) => [shape, canonicalSequence(shape, add(SCRATCH_TYPE[shape]))]))
}

/** Writes a function's declarations of locals. */
export function writeLocals(writer: ByteWriter, plan: FunctionPlan, { moved, added }: MeterLocals): void {
  let left = moved < 0 ? 0 : 1
  writeUnsigned(writer, plan.locals.length + added.length)
  for (const { count, type } of plan.locals) {
    const taken = Math.min(left, count)
    left -= taken
    writeUnsigned(writer, count - taken)
    writeByte(writer, type)
  }
  for (const type of added) writeBytes(writer, [1, type])
}
