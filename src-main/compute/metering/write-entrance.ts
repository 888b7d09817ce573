import { writeByte, writeBytes, writeIndexed, writeSized } from './byte-writer.ts'
import type { FunctionPlan } from './function-plan.ts'
import type { Injection } from './injection.ts'
import { OP } from './instruction.ts'
import { VALUE_TYPE } from './value-types.ts'

/**
 * Writes the function through which the host or a table calls one that has moved. The depth in the global is what
 * the caller left there; when the host calls that must be all of it, so it is put back.
 */
export function writeEntrance({ writer, module, moved, depth }: Injection, plan: FunctionPlan): void {
  const params = module.types[plan.type]?.params.length ?? 0
  writeSized(writer, () => {
    writeBytes(writer, [1, 1, VALUE_TYPE.i64])
    for (let param = 0; param < params; param++) writeIndexed(writer, OP.localGet, param)
    writeIndexed(writer, OP.globalGet, depth)
    writeIndexed(writer, OP.localTee, params)
    writeIndexed(writer, OP.call, moved.get(plan.index) ?? 0)
    writeIndexed(writer, OP.localGet, params)
    writeIndexed(writer, OP.globalSet, depth)
    writeByte(writer, OP.end)
  })
}
