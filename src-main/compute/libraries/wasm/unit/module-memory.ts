import { assert } from '../../../../protocol/fault.ts'

/**
 * A pointer or a length that a module gave reaches outside its memory. Each memory throws one and the same, which
 * tells of the last time: a program may do it in a loop, and a stack trace takes microseconds.
 */
export class OutsideMemory extends Error {
  override readonly name = 'OutsideMemory'
}

/**
 * A module's memory as host functions see it. Pointers and lengths are as WebAssembly gives them, 32 bits with or
 * without a sign. Views hold until the module runs again: then its memory may move.
 *
 * @throws OutsideMemory from everything that takes a pointer
 */
export interface ModuleMemory {
  /** Says which memory it is; before that there is none. */
  attach(memory: WebAssembly.Memory): void
  /** Lets go of it; returns how long it was in the end. */
  detach(): number
  /** Its length now. */
  bytes(): number
  view(pointer: number, length: number): Uint8Array<ArrayBuffer>
  getUint8(pointer: number): number
  getUint16(pointer: number): number
  getUint32(pointer: number): number
  getUint64(pointer: number): bigint
  setUint8(pointer: number, value: number): void
  setUint16(pointer: number, value: number): void
  setUint32(pointer: number, value: number): void
  setUint64(pointer: number, value: bigint): void
}

/** A memory to be attached. */
export function createModuleMemory(): ModuleMemory {
  let memory: WebAssembly.Memory | undefined
  let data = new DataView(new ArrayBuffer(0))
  let outside: OutsideMemory | undefined

  /** The memory as it is now: growing gives it another buffer. */
  function current(): DataView<ArrayBuffer> {
    assert(memory !== undefined, 'host functions are called by an instance')
    const { buffer } = memory
    if (data.buffer !== buffer) data = new DataView(buffer)
    return data
  }

  /** Where the range begins. A sum of our own may be beyond 32 bits, and must not wrap around. */
  function inside(pointer: number, length: number): number {
    const at = pointer < 0 ? pointer + 2 ** 32 : pointer
    const size = length >>> 0
    const { byteLength } = current()
    if (at + size > byteLength) {
      outside ??= new OutsideMemory()
      outside.message = `${size} bytes at ${at} of a memory of ${byteLength}`
      throw outside
    }
    return at
  }

  return {
    attach: (attached) => {
      memory = attached
    },
    detach: () => {
      const bytes = memory?.buffer.byteLength ?? 0
      memory = undefined
      data = new DataView(new ArrayBuffer(0))
      return bytes
    },
    bytes: () => current().byteLength,
    view: (pointer, length) => new Uint8Array(current().buffer, inside(pointer, length), length >>> 0),
    getUint8: (pointer) => current().getUint8(inside(pointer, 1)),
    getUint16: (pointer) => current().getUint16(inside(pointer, 2), true),
    getUint32: (pointer) => current().getUint32(inside(pointer, 4), true),
    getUint64: (pointer) => current().getBigUint64(inside(pointer, 8), true),
    setUint8: (pointer, value) => {
      current().setUint8(inside(pointer, 1), value)
    },
    setUint16: (pointer, value) => {
      current().setUint16(inside(pointer, 2), value, true)
    },
    setUint32: (pointer, value) => {
      current().setUint32(inside(pointer, 4), value, true)
    },
    setUint64: (pointer, value) => {
      current().setBigUint64(inside(pointer, 8), value, true)
    },
  }
}
