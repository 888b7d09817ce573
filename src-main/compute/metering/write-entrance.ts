import { writeByte, writeBytes, writeConstant, writeIndexed, writeSized } from './byte-writer.ts'
import type { FunctionPlan } from './function-plan.ts'
import type { Injection } from './injection.ts'
import { OP } from './instruction.ts'
import { VALUE_TYPE } from './value-types.ts'
import { trapIfNegative } from './write-function.ts'

/**
 * Writes the function through which the host or a table calls one that has moved. The depth in the global is what
 * the caller left there; when the host calls that must be all of it, so it is put back. As callers do, this one also
 * pays for the function's beginning.
 */
export function writeEntrance(injection: Injection, plan: FunctionPlan): void {
  const { writer, module, moved, fuel, depth, prepaid } = injection
  const units = prepaid.units[plan.index - module.imports.length] ?? 0
  const params = module.types[plan.type]?.params.length ?? 0
  writeSized(writer, () => {
    writeBytes(writer, [1, 1, VALUE_TYPE.i64])
    writeIndexed(writer, OP.globalGet, fuel)
    writeConstant(writer, units)
    writeByte(writer, OP.i64Sub)
    writeIndexed(writer, OP.localTee, params)
    writeIndexed(writer, OP.globalSet, fuel)
    writeIndexed(writer, OP.localGet, params)
    trapIfNegative(writer)
    for (let param = 0; param < params; param++) writeIndexed(writer, OP.localGet, param)
    writeIndexed(writer, OP.globalGet, depth)
    writeIndexed(writer, OP.localTee, params)
    writeIndexed(writer, OP.call, moved.get(plan.index) ?? 0)
    writeIndexed(writer, OP.localGet, params)
    writeIndexed(writer, OP.globalSet, depth)
    writeByte(writer, OP.end)
  })
}
