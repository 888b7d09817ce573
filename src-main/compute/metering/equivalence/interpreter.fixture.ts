/**
 * A plain interpreter that counts what a run costs, one instruction at a time: the meaning of the cost table without
 * an injector. It knows integers, floats, memory, globals and calls; what traps throws here.
 */
import {
  BULK_BYTES_SHIFT,
  BULK_ELEMENTS_SHIFT,
  COSTS,
  EXPORT,
  FUNCTION_ENTRY,
  LOOP_ROUND,
  PAGE,
  SEGMENT,
  TABLE_ELEMENT,
} from '../costs.ts'
import { FC } from '../parse/opcodes.ts'
import type { Instruction, InterpretedFunction, InterpretedModule } from './interpreter-module.fixture.ts'
import { BINARY, LOADS, STORES, UNARY, type Value } from './interpreter-operators.fixture.ts'

const PAGE_BYTES = 65_536
const I64 = 0x7e
const F32 = 0x7d

/** A module at work. */
export class Interpreter {
  readonly module: InterpretedModule
  readonly globals: Value[]
  memory: DataView
  /** Units spent since the beginning. */
  spent = 0

  constructor(module: InterpretedModule) {
    this.module = module
    this.globals = [...module.globals]
    this.memory = new DataView(new ArrayBuffer(module.pages * PAGE_BYTES))
    for (const { at, bytes } of module.data) new Uint8Array(this.memory.buffer).set(bytes, at)
    const data = module.data.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const elements = module.table.filter((element) => element !== null).length
    this.spent =
      module.pages * PAGE +
      module.table.length * TABLE_ELEMENT +
      module.exportCount * EXPORT +
      module.segmentCount * SEGMENT +
      (data >>> BULK_BYTES_SHIFT) +
      Math.floor(elements / 2 ** BULK_ELEMENTS_SHIFT)
    if (module.start !== null) this.call(module.start, [])
  }

  /** Calls an export; its results, the last on top. */
  run(name: string, args: readonly Value[]): Value[] {
    const index = this.module.exports.get(name)
    if (index === undefined) throw new Error(`no function ${name}`)
    return this.call(index, args)
  }

  private call(index: number, args: readonly Value[]): Value[] {
    const callee = this.module.functions[index]
    if (callee === undefined) throw new Error(`no function ${index}`)
    this.spent += FUNCTION_ENTRY
    return this.body(callee, args)
  }

  /** A function's code; labels are kept on a stack of their own. */
  private body({ code, type, locals: types }: InterpretedFunction, args: readonly Value[]): Value[] {
    const locals = types.map((local, i) => {
      const value = args[i] ?? (local === I64 ? 0n : 0)
      return local === F32 ? Math.fround(Number(value)) : value
    })
    const stack: Value[] = []
    const pop = (): Value => {
      const value = stack.pop()
      if (value === undefined) throw new Error('the operand stack is empty')
      return value
    }
    const labels = [{ at: code.length, height: 0, arity: type.results.length }]
    let pc = 0
    const branch = (depth: number) => {
      const target = labels[labels.length - 1 - depth]
      if (target === undefined) throw new Error('no such label')
      const kept = target.arity > 0 ? stack.splice(stack.length - target.arity) : []
      stack.length = target.height
      stack.push(...kept)
      labels.length -= depth + 1
      pc = target.at
    }
    while (pc < code.length) {
      const one = code[pc++]
      if (one === undefined) break
      this.spent += COSTS[one.code] ?? 0
      const a = Number(one.a)
      switch (one.code) {
        case 0x01:
          break
        case 0x00:
          throw new Error('unreachable')
        case 0x02:
        case 0x03:
        case 0x04: {
          const { params, results } = this.blockType(a)
          const taken = one.code !== 0x04 || pop() !== 0
          const loop = one.code === 0x03
          if (loop) this.spent += LOOP_ROUND
          // A branch to a loop comes back to the instruction itself, which opens the label anew and is paid again.
          const at = loop ? pc - 1 : one.end + 1
          labels.push({ at, height: stack.length - params, arity: loop ? params : results })
          if (!taken) pc = one.otherwise > 0 ? one.otherwise + 1 : one.end
          break
        }
        case 0x05:
          branch(0)
          break
        case 0x0b:
          labels.pop()
          break
        case 0x0c:
          branch(a)
          break
        case 0x0d:
          if (pop() !== 0) branch(a)
          break
        case 0x0e:
          branch(one.labels[Number(pop()) >>> 0] ?? a)
          break
        case 0x0f:
          branch(labels.length - 1)
          break
        case 0x10:
        case 0x12:
          this.apply(a, stack)
          if (one.code === 0x12) branch(labels.length - 1)
          break
        case 0x11:
        case 0x13:
          this.apply(this.element(Number(pop()) >>> 0, a), stack)
          if (one.code === 0x13) branch(labels.length - 1)
          break
        default:
          this.move(one, locals, stack, pop)
      }
    }
    return stack
  }

  /** Constants, locals, globals, and the instructions that choose between operands or drop one. */
  private move(one: Instruction, locals: Value[], stack: Value[], pop: () => Value): void {
    const a = Number(one.a)
    switch (one.code) {
      case 0x1a:
        pop()
        break
      case 0x1b:
      case 0x1c: {
        const [condition, second, first] = [pop(), pop(), pop()]
        stack.push(condition === 0 ? second : first)
        break
      }
      case 0x20:
        stack.push(locals[a] ?? 0)
        break
      case 0x21:
        locals[a] = pop()
        break
      case 0x22:
        locals[a] = stack[stack.length - 1] ?? 0
        break
      case 0x23:
        stack.push(this.globals[a] ?? 0)
        break
      case 0x24:
        this.globals[a] = pop()
        break
      case 0x41:
      case 0x42:
      case 0x43:
      case 0x44:
        stack.push(one.a)
        break
      default:
        this.plain(one, stack, pop)
    }
  }

  private blockType(type: number): { params: number; results: number } {
    if (type === -64) return { params: 0, results: 0 }
    if (type < 0) return { params: 0, results: 1 }
    const { params = [], results = [] } = this.module.types[type] ?? {}
    return { params: params.length, results: results.length }
  }

  /** The function at an element of the table, if it has the type. */
  private element(at: number, type: number): number {
    const index = this.module.table[at]
    if (index === undefined || index === null) throw new Error('no such function in the table')
    const [wanted, found] = [this.module.types[type], this.module.functions[index]?.type]
    if (JSON.stringify(wanted) !== JSON.stringify(found)) throw new Error('a function of another type')
    return index
  }

  private apply(index: number, stack: Value[]): void {
    const taken = this.module.functions[index]?.type.params.length ?? 0
    stack.push(...this.call(index, stack.splice(stack.length - taken)))
  }

  /** Loads, stores, arithmetic and bulk operations. */
  private plain(one: Instruction, stack: Value[], pop: () => Value): void {
    const { code } = one
    const [load, store, unary, binary] = [LOADS[code], STORES[code], UNARY[code], BINARY[code]]
    if (load) stack.push(load(this.memory, (Number(pop()) >>> 0) + Number(one.a)))
    else if (store) {
      const value = pop()
      store(this.memory, (Number(pop()) >>> 0) + Number(one.a), value)
    } else if (unary) stack.push(unary(pop()))
    else if (binary) {
      const second = pop()
      stack.push(binary(pop(), second))
    } else if (code === 0x3f) stack.push(this.memory.byteLength / PAGE_BYTES)
    else if (code === 0x40) stack.push(this.grow(Number(pop()) >>> 0))
    else if (code === (FC | 10) || code === (FC | 11)) this.bulk(code, Number(pop()) >>> 0, pop(), pop())
    else throw new Error(`the interpreter does not run instruction 0x${code.toString(16)}`)
  }

  private bulk(code: number, length: number, source: Value, target: Value): void {
    this.spent += length >>> BULK_BYTES_SHIFT
    const bytes = new Uint8Array(this.memory.buffer)
    const to = Number(target) >>> 0
    if (code === (FC | 11)) bytes.fill(Number(source), to, to + length)
    else bytes.copyWithin(to, Number(source) >>> 0, (Number(source) >>> 0) + length)
  }

  private grow(pages: number): number {
    const before = this.memory.byteLength / PAGE_BYTES
    if (before + pages > this.module.pagesMax) return -1
    this.spent += pages * PAGE
    const grown = new Uint8Array((before + pages) * PAGE_BYTES)
    grown.set(new Uint8Array(this.memory.buffer))
    this.memory = new DataView(grown.buffer)
    return before
  }
}
