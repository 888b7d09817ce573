import { writeByte, writeBytes, writeConstant, writeIndexed, writeSized } from './byte-writer.ts'
import type { FunctionPlan } from '../scan/function-plan.ts'
import type { Injection } from './injection.ts'
import { OP } from './instruction.ts'
import { VALUE_TYPE } from '../parse/value-types.ts'
import { trapIfNegative } from './write-function.ts'

/**
 * Writes the function through which the host or a table calls one that has moved. The depth in the global is what
 * the caller left there; for the host `guard` puts it back. As callers do, this one also pays for the function's
 * beginning. It leaves no frame behind, or tail calls through a table would fill the stack.
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
    writeIndexed(writer, OP.returnCall, moved.get(plan.index) ?? 0)
    writeByte(writer, OP.end)
  })
}
