/**
 * Random modules of programs full of floats, written as bytes, so that a million of them take minutes. Unlike the text
 * of nan-program.fixture.ts they know nothing of what an instruction means: every one that there is, with any operands
 * of its types, in locals, blocks, loops, calls and handlers. All end, none traps.
 */
import { type Dice, pick } from '../dice.fixture.ts'
import { FD } from '../parse/opcodes.ts'
import { moduleOf, name, section, uleb } from '../module-bytes.fixture.ts'
import * as code from './float-code.fixture.ts'

const { F32, F64, I32, I64, V128 } = code

/** Types of results and locals; vectors are where widths meet. */
const TYPES: readonly number[] = [F32, F64, V128, V128, V128]
/** Locals of each packed type, beginning at; then the counters of loops. */
const LOCALS_EACH = 3
const LOCAL_TYPES: readonly number[] = [I32, I64, F32, F64, V128]
const COUNTERS = 6
/** Parameters of the helpers, and the types of their results: function types 1 to 3. */
const PARAMS: readonly number[] = [F32, F64, V128]
const HELPER_RESULTS: readonly number[] = [V128, F64, F32]
const HELPERS = HELPER_RESULTS.length
const DEPTH_MAX = 3
const STORES: Readonly<Record<number, number>> = {
  [I32]: 0x36,
  [I64]: 0x37,
  [F32]: 0x38,
  [F64]: 0x39,
  [V128]: FD | 11,
}
const LOADS: Readonly<Record<number, number>> = {
  [I32]: 0x28,
  [I64]: 0x29,
  [F32]: 0x2a,
  [F64]: 0x2b,
  [V128]: FD | 0,
}
/** Globals, by their packed types. */
const GLOBALS: readonly number[] = [F32, F64, V128]
const END = 0x0b

/** A function that is being written. */
interface Writer {
  readonly roll: Dice
  /** Locals that are parameters. */
  readonly params: number
  readonly isHelper: boolean
  /** Labels from the outermost: whether a branch there without values is allowed. */
  readonly labels: boolean[]
  loops: number
}

/** A module whose exports `p0`, `p1`, … are `count` programs that work on its export `memory`. */
export function floatModule(roll: Dice, count: number): Uint8Array<ArrayBuffer> {
  const helpers = HELPER_RESULTS.map((type) => body(roll, PARAMS.length, type))
  const programs = Array.from({ length: count }, () => body(roll, 0, 0))
  return assemble(helpers, programs)
}

/** A module of programs of the given code, which finds the locals that random programs have. */
export function moduleOfCode(programs: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const none = HELPER_RESULTS.map((type) => wrap(PARAMS.length, [...zero(type)]))
  return assemble(
    none,
    programs.map((one) => wrap(0, one)),
  )
}

/** The index of a local: of `LOCALS_EACH` of a packed type. */
export function localOf(type: number, which: number, params = 0): number {
  return params + LOCAL_TYPES.indexOf(type) * LOCALS_EACH + which
}

function zero(type: number): number[] {
  if (type === V128) return [0xfd, 12, ...Array.from({ length: 16 }, () => 0)]
  return type === F32 ? [0x43, 0, 0, 0, 0] : [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
}

function assemble(helpers: readonly number[][], programs: readonly number[][]): Uint8Array<ArrayBuffer> {
  const written = code.WRITTEN_TYPE
  const types = HELPER_RESULTS.map((type) => [
    ...[0x60, PARAMS.length, ...PARAMS.map((param) => written[param] ?? 0)],
    ...[1, written[type] ?? 0],
  ])
  const globals = GLOBALS.map((type) => [written[type] ?? 0, 1, ...zero(type), END])
  const names = programs.map((_, index) => [...name(`p${index}`), 0, ...uleb(HELPERS + index)])
  const vector = (id: number, entries: readonly (readonly number[])[]) =>
    section(id, uleb(entries.length), entries.flat())
  return moduleOf(
    vector(1, [[0x60, 0, 0], ...types]),
    vector(3, [...helpers.map((_, index) => [1 + index]), ...programs.map(() => [0])]),
    section(5, 1, 0, 1),
    vector(6, globals),
    vector(7, [[...name('memory'), 2, 0], ...names]),
    vector(10, [...helpers, ...programs]),
  )
}

/** A body with its locals. */
function wrap(params: number, instructions: readonly number[]): number[] {
  const runs = LOCAL_TYPES.map((type) => [LOCALS_EACH, code.WRITTEN_TYPE[type] ?? 0])
  const locals = [runs.length + 1, ...runs.flat(), COUNTERS, code.WRITTEN_TYPE[I32] ?? 0]
  const seen = params > 0 ? [] : GLOBALS.flatMap((type, index) => storeGlobal(type, index))
  const all = [...locals, ...instructions, ...seen, END]
  return [...uleb(all.length), ...all]
}

/** The final values of globals are observed as well. */
function storeGlobal(type: number, index: number): number[] {
  const store = STORES[type] ?? 0
  const opcode = store >= FD ? [0xfd, store & 0xff] : [store]
  return [0x41, 0, 0x23, index, ...opcode, 0, ...uleb(code.SEEN_BYTES - 16 * (index + 1))]
}

function body(roll: Dice, params: number, result: number): number[] {
  const writer: Writer = { roll, params, isHelper: params > 0, labels: [], loops: 0 }
  const loaded = TYPES.flatMap((type) =>
    roll(2) === 0 ? [] : [...load(writer, type), 0x21, localIn(writer, type)],
  )
  // Functions with handlers are analysed in another way.
  const handled = roll(8) === 0 ? [0x06, 0x40, 0x19, END] : []
  const code = [...handled, ...loaded, ...statements(writer, DEPTH_MAX, 4)]
  return wrap(params, result === 0 ? code : [...code, ...expression(writer, result, DEPTH_MAX)])
}

function localIn(writer: Writer, type: number): number {
  return localOf(type, writer.roll(LOCALS_EACH), writer.params)
}

function load({ roll }: Writer, type: number): number[] {
  return [0x41, 0, ...code.instruction(roll, LOADS[type] ?? 0)]
}

function statements(writer: Writer, depth: number, most: number): number[] {
  return Array.from({ length: 1 + writer.roll(most) }, () => statement(writer, depth)).flat()
}

function statement(writer: Writer, depth: number): number[] {
  const { roll } = writer
  const type = pick(roll, TYPES)
  switch (depth <= 0 ? roll(5) : roll(11)) {
    case 0:
    case 1:
      return [...expression(writer, type, depth), 0x21, localIn(writer, type)]
    case 2: {
      const global = roll(GLOBALS.length)
      return [...expression(writer, GLOBALS[global] ?? F32, depth), 0x24, global]
    }
    case 5:
      return inBlock(writer, 0x02, true, () => statements(writer, depth - 1, 3))
    case 6: {
      const condition = expression(writer, I32, depth - 1)
      const parts = () => [
        ...statements(writer, depth - 1, 2),
        ...(roll(2) === 0 ? [] : [0x05, ...statements(writer, depth - 1, 2)]),
      ]
      return [...condition, ...inBlock(writer, 0x04, true, parts)]
    }
    case 7:
      return loop(writer, depth)
    case 8:
      return leave(writer, depth)
    default:
      return store(
        writer,
        pick(roll, roll(4) === 0 ? (code.BY_RESULT[0] ?? []) : (code.OF_FLOATS[0] ?? [])),
        depth,
      )
  }
}

function store(writer: Writer, opcode: number, depth: number): number[] {
  const [, value = V128] = code.operandsOf(opcode)
  return [0x41, 0, ...expression(writer, value, depth), ...code.instruction(writer.roll, opcode)]
}

/** A block of no type. */
function inBlock(writer: Writer, opcode: number, mayLeave: boolean, inside: () => number[]): number[] {
  writer.labels.push(mayLeave)
  const code = [opcode, 0x40, ...inside(), END]
  writer.labels.pop()
  return code
}

/** Up to four turns. */
function loop(writer: Writer, depth: number): number[] {
  if (writer.loops === COUNTERS) return []
  const counter = writer.params + LOCAL_TYPES.length * LOCALS_EACH + writer.loops++
  const again = [0x20, counter, 0x41, 1, 0x6a, 0x22, counter, 0x41, 2 + writer.roll(3), 0x49, 0x0d, 0]
  const inside = () => [...statements(writer, depth - 1, 3), ...again]
  const code = [0x41, 0, 0x21, counter, ...inBlock(writer, 0x03, false, inside)]
  writer.loops--
  return code
}

/** A branch out of a block, on a condition, by a table, or for certain. */
function leave(writer: Writer, depth: number): number[] {
  const { labels, roll } = writer
  const allowed = labels.flatMap((may, index) => (may ? [labels.length - 1 - index] : []))
  if (allowed.length === 0) return []
  const to = () => uleb(pick(roll, allowed))
  const condition = expression(writer, I32, depth - 1)
  switch (roll(4)) {
    case 0:
      return [...condition, 0x0e, 1, ...to(), ...to()]
    case 1:
      return [0x0c, ...to()]
    default:
      return [...condition, 0x0d, ...to()]
  }
}

/** Code that leaves a value of a packed type on the stack. */
function expression(writer: Writer, type: number, depth: number): number[] {
  const { roll } = writer
  if (depth <= 0 || roll(6) === 0) return leaf(writer, type)
  switch (roll(type === I32 || type === I64 ? 20 : 12)) {
    case 0:
      return [...expression(writer, type, depth - 1), 0x22, localIn(writer, type)]
    case 1: {
      const operands = [type, type, I32].flatMap((each) => expression(writer, each, depth - 1))
      return [...operands, 0x1c, 1, code.WRITTEN_TYPE[type] ?? 0]
    }
    case 2:
      return valued(writer, type, depth)
    case 3: {
      const helper = HELPER_RESULTS.indexOf(type)
      if (writer.isHelper || helper < 0) return leaf(writer, type)
      return [...PARAMS.flatMap((param) => expression(writer, param, depth - 2)), 0x10, helper]
    }
    default:
      return operation(writer, type, depth)
  }
}

function operation(writer: Writer, type: number, depth: number): number[] {
  const { roll } = writer
  const lanes = type === V128 && roll(3) > 0
  const opcode = pick(
    roll,
    lanes ? code.OF_LANES : ((roll(4) === 0 ? code.BY_RESULT : code.OF_FLOATS)[type] ?? []),
  )
  const operands = code.operandsOf(opcode)
  const rest = code.isAddressed(opcode) ? operands.slice(1) : operands
  const address = code.isAddressed(opcode) ? [0x41, 0] : []
  const values = rest.flatMap((operand) => expression(writer, operand, depth - 1))
  return [...address, ...values, ...code.instruction(roll, opcode)]
}

/** A block, or an if, with a value. */
function valued(writer: Writer, type: number, depth: number): number[] {
  const { roll, labels } = writer
  const written = code.WRITTEN_TYPE[type] ?? 0
  const condition = () => expression(writer, I32, depth - 2)
  const within = (inside: () => number[]) => {
    labels.push(false)
    const code = inside()
    labels.pop()
    return code
  }
  const value = () => expression(writer, type, depth - 1)
  const first = () => [...(roll(2) === 0 ? statements(writer, depth - 2, 1) : []), ...value()]
  if (roll(2) === 0) {
    return [...condition(), 0x04, written, ...within(() => [...first(), 0x05, ...value()]), END]
  }
  return [0x02, written, ...within(() => [...first(), ...condition(), 0x0d, 0, 0x1a, ...value()]), END]
}

function leaf(writer: Writer, type: number): number[] {
  const { roll } = writer
  const global = GLOBALS.indexOf(type)
  switch (roll(8)) {
    case 0:
      return load(writer, type)
    case 1:
    case 2:
      return code.constant(roll, type)
    case 3:
      if (global >= 0) return [0x23, global]
      break
    case 4: {
      const param = writer.isHelper ? PARAMS.indexOf(type) : -1
      if (param >= 0) return [0x20, param]
      break
    }
    default:
  }
  return [0x20, localIn(writer, type)]
}
