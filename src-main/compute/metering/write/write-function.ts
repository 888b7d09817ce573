import {
  type ByteWriter,
  writeByte,
  writeBytes,
  writeConstant,
  writeIndexed,
  writeRange,
  writeSized,
} from './byte-writer.ts'
import { assert } from '../../../protocol/fault.ts'
import { EDIT } from '../scan/edit-list.ts'
import type { FunctionPlan } from '../scan/function-plan.ts'
import type { Injection } from './injection.ts'
import { NO_RESULT, OP } from './instruction.ts'
import { WRITTEN_BODY_BYTES_MAX, WRITTEN_CODE_BYTES_MAX } from '../limits.ts'
import { type MeterLocals, placeLocals, writeLocals } from './meter-locals.ts'
import { nanPatches } from '../nan/nan-bits.ts'
import type { NanPatch } from '../nan/patch.ts'
import { cursorOver, readU32 } from '../parse/reader.ts'
import { refuseModule } from '../refusal.ts'
import { PASSING } from '../scan/stack-use.ts'
import { writeCount } from './write-counted.ts'

/** A function that is being written. */
interface Writing {
  readonly injection: Injection
  readonly plan: FunctionPlan
  readonly writer: ByteWriter
  readonly locals: MeterLocals
  /** Slots that it counts on entry. */
  readonly slots: number
  /** Offset up to which the fuel is in its local. */
  cachedUntil: number
}

/** Writes a function's new body, with its size. */
export function writeFunction(injection: Injection, plan: FunctionPlan): void {
  const { writer, module, stack } = injection
  const defined = plan.index - module.imports.length
  const slots = stack.slots[defined] ?? 0
  const passing = stack.passing[defined] ?? PASSING.none
  const patches = injection.canonicalNans && plan.hasArithmetic ? nanPatches(module, plan) : []
  const needsFuel = plan.hasLoop || plan.hasLengths || injection.prepaid.looks[defined] === 1
  const locals = placeLocals(module, plan, { needsFuel, passing, patches })
  const writing: Writing = { injection, plan, writer, locals, slots, cachedUntil: 0 }
  const from = writer.length
  writeSized(writer, () => {
    writeLocals(writer, plan, locals)
    if (passing === PASSING.global) receiveDepth(writing)
    writeBody(writing, patches)
  })
  if (writer.length - from > WRITTEN_BODY_BYTES_MAX) {
    refuseModule('a function too large to be instrumented', plan.at)
  }
  if (writer.length > WRITTEN_CODE_BYTES_MAX) refuseModule('code too large to be instrumented', plan.at)
}

/** Stack that is left, as callers through a table pass it. */
function receiveDepth({ writer, injection, locals }: Writing): void {
  writeIndexed(writer, OP.globalGet, injection.depth)
  writeIndexed(writer, OP.localSet, locals.depth)
}

/** Copies the instructions, with the edits and the patches between them. */
function writeBody(writing: Writing, patches: readonly NanPatch[]): void {
  const { plan, writer, injection, locals } = writing
  const { at: editsAt, kind } = injection.plan.edits
  const { bytes, end, lastEdit } = plan
  const isMoved = locals.moved >= 0
  let from = plan.start
  let patch = 0
  for (let edit = plan.firstEdit; edit < lastEdit; edit++) {
    if (kind[edit] === EDIT.none || (kind[edit] === EDIT.firstLocal && !isMoved)) continue
    const at = editsAt[edit] ?? end
    for (let next = patches[patch]; next !== undefined && next.at <= at; next = patches[++patch]) {
      from = writePatch(writing, next, from)
    }
    writeRange(writer, bytes, from, at)
    from = Math.max(at, writeEdit(writing, edit))
  }
  for (let next = patches[patch]; next !== undefined; next = patches[++patch]) {
    from = writePatch(writing, next, from)
  }
  writeRange(writer, bytes, from, end)
}

/** Makes the value on top of the stack canonical. Returns the offset at which the original goes on. */
function writePatch({ writer, plan, locals }: Writing, { at, shape }: NanPatch, from: number): number {
  writeRange(writer, plan.bytes, from, at)
  writeBytes(writer, locals.nan.get(shape) ?? [])
  return at
}

/** Writes one edit, and returns the offset at which the original goes on. */
function writeEdit(writing: Writing, edit: number): number {
  const { writer, injection, plan, locals } = writing
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
    case EDIT.deepCharge:
      takeFuelChecked(writing, first, at < writing.cachedUntil, true)
      return at
    case EDIT.chargeLength:
      takeFuelByLength(writing, first, at < writing.cachedUntil)
      return at
    case EDIT.chargeRounds:
      takeFuelForRounds(writing, first, edits.second[edit] ?? 0, at < writing.cachedUntil)
      return at
    case EDIT.cache:
      if (at < writing.cachedUntil || plan.hasExceptions) return at
      writing.cachedUntil = first
      writeIndexed(writer, OP.globalGet, injection.fuel)
      writeIndexed(writer, OP.localSet, locals.fuel)
      return at
    case EDIT.call:
      return passDepthTo(writing, at, first, edits.second[edit] === 1)
    case EDIT.callIndirect:
      if (injection.stack.isPassedTo(first)) passByGlobal(writing, edits.second[edit] === 1)
      return at
    case EDIT.firstLocal:
      writeIndexed(writer, plan.bytes[at] ?? 0, locals.moved)
      return first
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

/**
 * Tells the function that is called at an offset how much of the stack is left, in the way that it wants to know it.
 * Returns the offset at which the original goes on: after the call, if the function has moved.
 */
function passDepthTo(writing: Writing, at: number, callee: number, isTail: boolean): number {
  const { injection, plan, writer } = writing
  const passing = injection.stack.passing[callee - injection.module.imports.length] ?? PASSING.none
  if (passing === PASSING.global) passByGlobal(writing, isTail)
  else if (passing !== PASSING.none) pushDepth(writing, isTail)
  if (passing !== PASSING.entrance) return at
  writeIndexed(writer, plan.bytes[at] ?? 0, injection.moved.get(callee) ?? 0)
  const cursor = cursorOver(plan.bytes, at + 1, plan.end)
  readU32(cursor)
  return cursor.at
}

function passByGlobal(writing: Writing, isTail: boolean): void {
  if (writing.locals.depth < 0) return // not reached
  pushDepth(writing, isTail)
  writeIndexed(writing.writer, OP.globalSet, writing.injection.depth)
}

/** Stack that is left below this frame; for a tail call, which replaces it, with this frame. */
function pushDepth({ writer, locals, slots }: Writing, isTail: boolean): void {
  if (locals.depth < 0) return writeConstant(writer, 0) // not reached, but it must validate
  writeIndexed(writer, OP.localGet, locals.depth)
  if (isTail || slots === 0) return
  writeConstant(writer, slots)
  writeByte(writer, OP.i64Sub)
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

/** @param isDeep whether the stack is looked at as well, with the same branch */
function takeFuelChecked(writing: Writing, units: number, isCached: boolean, isDeep = false): void {
  const { writer, injection } = writing
  getFuel(writing, isCached)
  if (units > 0) {
    writeConstant(writer, units)
    setFuel(writing)
  }
  if (!isDeep) return trapIfNegative(writer)
  pushDepth(writing, false)
  writeByte(writer, OP.i64Or)
  trapIfNegative(writer, () => {
    pushDepth(writing, false)
    writeIndexed(writer, OP.globalSet, injection.depth)
  })
}

/** The length is on top of the stack, and stays there. */
function takeFuelByLength(writing: Writing, shift: number, isCached: boolean): void {
  const { writer, locals } = writing
  writeIndexed(writer, OP.localTee, locals.length)
  getFuel(writing, isCached)
  writeIndexed(writer, OP.localGet, locals.length)
  writeByte(writer, OP.i64ExtendU)
  if (shift !== 0) {
    writeConstant(writer, Math.abs(shift))
    writeByte(writer, shift > 0 ? OP.i64ShrU : OP.i64Shl)
  }
  setFuel(writing)
  trapIfNegative(writer)
}

/** A loop that counts is about to begin. */
function takeFuelForRounds(writing: Writing, units: number, place: number, isCached: boolean): void {
  const { writer, injection, locals, plan } = writing
  const loop = injection.plan.countedLoops[place]
  assert(loop !== undefined, 'every counted loop is in the plan')
  const params = injection.module.types[plan.type]?.params.length ?? 0
  const localOf = (local: number) => (local === params && locals.moved >= 0 ? locals.moved : local)
  writeCount(writer, loop, units, locals.rounds, localOf)
  getFuel(writing, isCached)
  writeIndexed(writer, OP.localGet, locals.rounds)
  setFuel(writing)
  trapIfNegative(writer)
}

function getFuel({ writer, injection, locals }: Writing, isCached: boolean): void {
  if (isCached) writeIndexed(writer, OP.localGet, locals.fuel)
  else writeIndexed(writer, OP.globalGet, injection.fuel)
}

/** Fuel and what is taken of it are on the stack; what is left stays there. */
function setFuel({ writer, injection, locals }: Writing): void {
  writeByte(writer, OP.i64Sub)
  writeIndexed(writer, OP.localTee, locals.fuel)
  writeIndexed(writer, OP.globalSet, injection.fuel)
  writeIndexed(writer, OP.localGet, locals.fuel)
}

/** The i64 on the stack is below 0: the globals say why, and no handler of the module catches a trap. */
export function trapIfNegative(writer: ByteWriter, before?: () => void): void {
  writeBytes(writer, IF_NEGATIVE)
  before?.()
  writeBytes(writer, TRAP)
}

const IF_NEGATIVE = Uint8Array.of(OP.i64Const, 0, OP.i64LtS, OP.if, NO_RESULT)
const TRAP = Uint8Array.of(OP.unreachable, OP.end)
