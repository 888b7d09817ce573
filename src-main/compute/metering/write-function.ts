import {
  type ByteWriter,
  unsignedBytes,
  writeByte,
  writeBytes,
  writeConstant,
  writeIndexed,
  writeRange,
  writeSigned,
  writeSized,
  writeUnsigned,
} from './byte-writer.ts'
import { EDIT } from './edit-list.ts'
import type { FunctionPlan } from './function-plan.ts'
import { addType, type Injection } from './injection.ts'
import { FUNCTION_FORM, NO_RESULT, OP } from './instruction.ts'
import { UNCHECKED_UNITS_MAX } from './limits.ts'
import { nanPatches, type NanPatch } from './nan-bits.ts'
import { canonicalSequence, SCRATCH_TYPE } from './nan-sequence.ts'
import type { NanShape } from './nan-shapes.ts'
import { VALUE_TYPE } from './value-types.ts'

/** Indices of the locals that a function is given besides its own; -1 for those that it does not need. */
interface AddedLocals {
  readonly types: readonly number[]
  /** i64: the fuel, inside a check and inside a loop that caches it */
  readonly fuel: number
  /** i32: the length of a bulk operation */
  readonly length: number
  /** i64: the depth while this function's frame is the last one */
  readonly depth: number
  readonly nan: ReadonlyMap<NanShape, Uint8Array>
}

/** A function that is being written. */
interface Writing {
  readonly injection: Injection
  readonly plan: FunctionPlan
  readonly writer: ByteWriter
  readonly locals: AddedLocals
  readonly slots: number
  /** Whether the body is a block of its own, so that every way out passes what restores the depth. */
  readonly isWrapped: boolean
  /** Offset up to which the fuel is in its local. */
  cachedUntil: number
}

/** Writes a function's new body, with its size. */
export function writeFunction(injection: Injection, plan: FunctionPlan): void {
  const { writer, module } = injection
  const slots = injection.stackUse[plan.index - module.imports.length] ?? 0
  const patches = injection.canonicalNans && plan.hasArithmetic ? nanPatches(module, plan) : []
  const locals = addLocals(plan, slots, patches)
  const isWrapped = slots > 0 || plan.caughtAtEnd
  const writing: Writing = { injection, plan, writer, locals, slots, isWrapped, cachedUntil: 0 }
  writeSized(writer, () => {
    writeLocals(writing)
    writeEntry(writing)
    if (isWrapped) openWrapper(writing)
    writeBody(writing, patches)
    if (!isWrapped) return
    restoreDepth(writing)
    writeByte(writer, OP.end)
  })
}

function writeLocals({ writer, plan, locals }: Writing): void {
  writeUnsigned(writer, plan.locals.length + locals.types.length)
  for (const { count, type } of plan.locals) {
    writeUnsigned(writer, count)
    writeByte(writer, type)
  }
  for (const type of locals.types) writeBytes(writer, [1, type])
}

function addLocals(plan: FunctionPlan, slots: number, patches: readonly NanPatch[]): AddedLocals {
  const types: number[] = []
  const add = (isNeeded: boolean, type: number) => (isNeeded ? plan.localCount + types.push(type) - 1 : -1)
  const shapes = new Set(patches.map(({ shape }) => shape))
  return {
    types,
    fuel: add(plan.hasLoop || plan.hasLengths || isEntryChecked(plan, slots), VALUE_TYPE.i64),
    length: add(plan.hasLengths, VALUE_TYPE.i32),
    depth: add(slots > 0 || plan.hasExceptions, VALUE_TYPE.i64),
    nan: new Map(
      Array.from(shapes, (shape) => [shape, canonicalSequence(shape, add(true, SCRATCH_TYPE[shape]))]),
    ),
  }
}

/** Whether a function looks at its fuel on entry. */
function isEntryChecked(plan: FunctionPlan, slots: number): boolean {
  return slots > 0 || plan.hasCall || plan.units > UNCHECKED_UNITS_MAX
}

/** Counts the frame and charges the entry, with one look at both. */
function writeEntry(writing: Writing): void {
  const { writer, injection, locals, slots, plan } = writing
  if (slots > 0) {
    writeIndexed(writer, OP.globalGet, injection.depth)
    writeConstant(writer, slots)
    writeByte(writer, OP.i64Sub)
    writeIndexed(writer, OP.localTee, locals.depth)
    writeIndexed(writer, OP.globalSet, injection.depth)
  } else if (plan.hasExceptions) {
    writeIndexed(writer, OP.globalGet, injection.depth)
    writeIndexed(writer, OP.localSet, locals.depth)
  }
  const units = injection.plan.edits.first[plan.firstEdit] ?? 0
  if (!isEntryChecked(plan, slots)) return takeFuel(writing, units, false)
  writeIndexed(writer, OP.globalGet, injection.fuel)
  writeConstant(writer, units)
  writeByte(writer, OP.i64Sub)
  writeIndexed(writer, OP.localTee, locals.fuel)
  writeIndexed(writer, OP.globalSet, injection.fuel)
  writeIndexed(writer, OP.localGet, locals.fuel)
  if (slots > 0) {
    writeIndexed(writer, OP.localGet, locals.depth)
    writeByte(writer, OP.i64Or)
  }
  trapIfNegative(writer)
}

function openWrapper({ writer, injection, plan }: Writing): void {
  const results = injection.module.types[plan.type]?.results ?? []
  writeByte(writer, OP.block)
  if (results.length === 0) writeByte(writer, NO_RESULT)
  else if (results.length === 1) writeByte(writer, results[0] ?? 0)
  else {
    const encoded = [FUNCTION_FORM, 0, ...unsignedBytes(results.length), ...Array.from(results)]
    writeSigned(writer, addType(injection, encoded))
  }
}

/** The frame ends: its caller's depth is as before. */
function restoreDepth({ writer, injection, locals, slots }: Writing): void {
  writeIndexed(writer, OP.localGet, locals.depth)
  if (slots > 0) {
    writeConstant(writer, slots)
    writeByte(writer, OP.i64Add)
  }
  writeIndexed(writer, OP.globalSet, injection.depth)
}

/** Copies the instructions, with the edits and the patches between them. */
function writeBody(writing: Writing, patches: readonly NanPatch[]): void {
  const { plan, writer, injection, locals } = writing
  const { edits } = injection.plan
  let from = plan.start
  let edit = plan.firstEdit + 1
  let patch = 0
  for (;;) {
    const editAt = edit < plan.lastEdit ? (edits.at[edit] ?? 0) : plan.end
    const patchAt = patches[patch]?.at ?? plan.end
    const at = Math.min(editAt, patchAt)
    writeRange(writer, plan.bytes, from, at)
    from = at
    if (at === plan.end) return
    if (patchAt <= editAt) writeBytes(writer, locals.nan.get(patches[patch++]?.shape ?? 'f32') ?? [])
    else from = Math.max(from, writeEdit(writing, edit++))
  }
}

/** Writes one edit, and returns the offset at which the original goes on. */
function writeEdit(writing: Writing, edit: number): number {
  const { writer, injection, plan, locals, slots } = writing
  const { edits } = injection.plan
  const at = edits.at[edit] ?? 0
  const first = edits.first[edit] ?? 0
  switch (edits.kind[edit]) {
    case EDIT.charge:
      takeFuel(writing, first, at < writing.cachedUntil)
      return at
    case EDIT.checkedCharge:
      takeFuelChecked(writing, first, at < writing.cachedUntil)
      return at
    case EDIT.chargeLength:
      takeFuelByLength(writing, first, at < writing.cachedUntil)
      return at
    case EDIT.cache:
      if (at < writing.cachedUntil || plan.hasExceptions) return at
      writing.cachedUntil = first
      writeIndexed(writer, OP.globalGet, injection.fuel)
      writeIndexed(writer, OP.localSet, locals.fuel)
      return at
    case EDIT.caught:
      writeIndexed(writer, OP.localGet, locals.depth)
      writeIndexed(writer, OP.globalSet, injection.depth)
      return at
    case EDIT.return:
      if (!writing.isWrapped) return at
      writeIndexed(writer, OP.br, first)
      return at + 1
    case EDIT.tailCall:
      if (slots > 0) restoreDepth(writing)
      return at
    case EDIT.growMemory:
      writeIndexed(writer, OP.call, injection.growMemory ?? 0)
      return first
    case EDIT.growTable:
      writeIndexed(writer, OP.call, injection.growTable.get(edits.second[edit] ?? 0) ?? 0)
      return first
    default:
      return at
  }
}

/** Fuel is taken without a look at what is left. */
function takeFuel(writing: Writing, units: number, isCached: boolean): void {
  const { writer, injection } = writing
  getFuel(writing, isCached)
  writeConstant(writer, units)
  writeByte(writer, OP.i64Sub)
  if (isCached) writeIndexed(writer, OP.localTee, writing.locals.fuel)
  writeIndexed(writer, OP.globalSet, injection.fuel)
}

function takeFuelChecked(writing: Writing, units: number, isCached: boolean): void {
  getFuel(writing, isCached)
  writeConstant(writing.writer, units)
  finishChecked(writing)
}

/** The length is on top of the stack, and stays there. */
function takeFuelByLength(writing: Writing, shift: number, isCached: boolean): void {
  const { writer, locals } = writing
  writeIndexed(writer, OP.localTee, locals.length)
  getFuel(writing, isCached)
  writeIndexed(writer, OP.localGet, locals.length)
  writeByte(writer, OP.i64ExtendU)
  if (shift > 0) {
    writeConstant(writer, shift)
    writeByte(writer, OP.i64ShrU)
  }
  finishChecked(writing)
}

function getFuel({ writer, injection, locals }: Writing, isCached: boolean): void {
  if (isCached) writeIndexed(writer, OP.localGet, locals.fuel)
  else writeIndexed(writer, OP.globalGet, injection.fuel)
}

/** Fuel and what is taken of it are on the stack. */
function finishChecked({ writer, injection, locals }: Writing): void {
  writeByte(writer, OP.i64Sub)
  writeIndexed(writer, OP.localTee, locals.fuel)
  writeIndexed(writer, OP.globalSet, injection.fuel)
  writeIndexed(writer, OP.localGet, locals.fuel)
  trapIfNegative(writer)
}

/** The i64 on the stack is below 0: the globals say why, and no handler of the module catches a trap. */
export function trapIfNegative(writer: ByteWriter): void {
  writeBytes(writer, [OP.i64Const, 0, OP.i64LtS, OP.if, NO_RESULT, OP.unreachable, OP.end])
}
