import { INDIRECT } from './call-graph.ts'
import { EDIT } from './edit-list.ts'
import { PREPAID_UNITS_MAX, UNCHECKED_UNITS_MAX } from '../limits.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import type { CodePlan } from './scan-code.ts'
import { hostCallable, PASSING, type StackUse } from './stack-use.ts'

/** Who pays for the beginning of each function, and which functions look at the fuel. */
export interface Prepaid {
  /** Units that the callers of a defined function have paid for its beginning; 0 where it pays itself. */
  readonly units: Int32Array
  /** Whether a defined function looks at what is left of its fuel. */
  readonly looks: Uint8Array
}

/**
 * Moves the charge for a function's beginning to its callers, where it becomes part of a charge that they have anyhow.
 * A function that is called by its name only, and calls nothing, then often takes no fuel itself.
 *
 * Fuel is looked at where a function that calls is called: so once on every cycle of calls, and before the calls. What
 * a function takes without a look stays small (`UNCHECKED_UNITS_MAX`). Where a counted frame calls, the stack is
 * looked at with it.
 *
 * @param plan its edits are changed
 */
export function prepayCalls(module: ParsedModule, plan: CodePlan, stack: StackUse): Prepaid {
  const { edits, functions } = plan
  const units = new Int32Array(functions.length)
  const callable = hostCallable(module)
  functions.forEach(({ index, firstEdit }, defined) => {
    const passing = stack.passing[defined]
    const isByName = !module.referenced.has(index) && !callable.has(index)
    const beginning = edits.first[firstEdit] ?? 0
    if (beginning > PREPAID_UNITS_MAX || passing === PASSING.global) return
    if (passing !== PASSING.entrance && !isByName) return
    units[defined] = beginning
    edits.first[firstEdit] = 0
    if (edits.kind[firstEdit] === EDIT.charge) edits.kind[firstEdit] = EDIT.none
  })
  for (let defined = 0; defined < functions.length; defined++)
    prepayCallsOf(module, plan, stack, units, defined)
  return { units, looks: Uint8Array.from(functions, (_, defined) => lookOften(plan, defined)) }
}

function prepayCallsOf(
  module: ParsedModule,
  { edits, functions, calls }: CodePlan,
  stack: StackUse,
  units: Int32Array,
  defined: number,
): void {
  const isCounted = stack.slots[defined] !== 0
  const end = calls.from[defined + 1] ?? 0
  for (let call = calls.from[defined] ?? 0; call < end; call++) {
    const callee = calls.callees[call] ?? 0
    const edit = calls.charges[call] ?? 0
    const isIndirect = (callee & INDIRECT) !== 0
    const called = callee - module.imports.length
    if (!isIndirect && called < 0) continue
    if (!isIndirect) edits.first[edit] = (edits.first[edit] ?? 0) + (units[called] ?? 0)
    // Each of these kinds does what the ones before it do.
    edits.kind[edit] = Math.max(
      edits.kind[edit] ?? 0,
      kindOfCall(functions, stack, callee, called, isCounted),
    )
  }
}

/**
 * How a call is charged: with the stack looked at where a counted frame calls what is told how much of it is left,
 * with the fuel looked at where the callee may call.
 */
function kindOfCall(
  functions: CodePlan['functions'],
  stack: StackUse,
  callee: number,
  called: number,
  isCounted: boolean,
): number {
  const isIndirect = (callee & INDIRECT) !== 0
  const isPassed = isIndirect ? stack.isPassedTo(callee & ~INDIRECT) : stack.passing[called] !== PASSING.none
  if (isCounted && isPassed) return EDIT.deepCharge
  return isIndirect || functions[called]?.hasCall === true ? EDIT.checkedCharge : EDIT.charge
}

/** Lets a function that takes much without a look at its fuel look each time. Returns 1 if it ever looks. */
function lookOften({ edits, functions }: CodePlan, defined: number): number {
  const { firstEdit = 0, lastEdit = 0 } = functions[defined] ?? {}
  let unchecked = 0
  let looks = 0
  for (let edit = firstEdit; edit < lastEdit; edit++) {
    const kind = edits.kind[edit]
    if (kind === EDIT.charge) unchecked += edits.first[edit] ?? 0
    if (kind === EDIT.checkedCharge || kind === EDIT.deepCharge) looks = 1
  }
  if (unchecked <= UNCHECKED_UNITS_MAX) return looks
  for (let edit = firstEdit; edit < lastEdit; edit++) {
    if (edits.kind[edit] === EDIT.charge) edits.kind[edit] = EDIT.checkedCharge
  }
  return 1
}
