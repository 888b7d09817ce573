/**
 * Zero copy as the operating system sees it: into which memory it is asked to read, and from which to write. The
 * counter in the metrics is our own code's word; this is not.
 */
import type Fs from 'node:fs'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { catModule, createTestLibrary, meshworkModule } from './library-call.fixture.ts'

/** Bytes that were read and written, by whether the module's memory was the other end. */
const moved = vi.hoisted(() => ({ intoModule: 0, elsewhere: 0, fromModule: 0, fromElsewhere: 0 }))

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof Fs>()
  /** Both modules have a word at 32. */
  const isModuleMemory = ({ buffer }: NodeJS.ArrayBufferView) =>
    buffer.byteLength > 64 && Buffer.from(buffer, 32, 5).toString() === 'magic'
  return {
    ...fs,
    readSync: (file: number, view: NodeJS.ArrayBufferView, offset: number, length: number, at: number) => {
      const count = fs.readSync(file, view, offset, length, at)
      moved[isModuleMemory(view) ? 'intoModule' : 'elsewhere'] += count
      return count
    },
    writeSync: (file: number, view: NodeJS.ArrayBufferView, offset: number, length: number, at: number) => {
      const count = fs.writeSync(file, view, offset, length, at)
      moved[isModuleMemory(view) ? 'fromModule' : 'fromElsewhere'] += count
      return count
    },
  }
})

const library = createTestLibrary()
afterAll(() => library.close())
const bytes = (3 << 20) + 77
const input = new Uint8Array(bytes).map((_, i) => i * 7)

describe('a large input and output', () => {
  beforeEach(async () => {
    await library.run({ module: echo })
    await library.run({ module: catModule(65_536) })
    Object.assign(moved, { intoModule: 0, elsewhere: 0, fromModule: 0, fromElsewhere: 0 })
  })
  const echo = meshworkModule(
    '(i64.or (i64.shl (i64.extend_i32_u (local.get $ptr)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))',
    {
      fields: '(data (i32.const 32) "magic")',
      alloc: '(drop (memory.grow (i32.const 60))) (i32.const 65536)',
    },
  )

  it('[X11] go straight into the memory of a meshwork-1 module and out of it', async () => {
    const { output, metered } = await library.run({ module: echo, input })
    expect(Buffer.compare(output!, input)).toBe(0)
    expect(moved).toEqual({ intoModule: bytes, elsewhere: 0, fromModule: bytes, fromElsewhere: 0 })
    expect(metered?.copiedBytes).toBe(0)
  })

  it('[X11] go straight into the memory of a WASI command and out of it, after one pass that verifies', async () => {
    const { output, metered } = await library.run({ module: catModule(65_536), input })
    expect(Buffer.compare(output!, input)).toBe(0)
    expect(moved.intoModule).toBe(bytes)
    expect(moved.elsewhere).toBe(bytes)
    // Small outputs stay in memory: what had come before it was large is written from there, and counted.
    expect(moved.fromElsewhere).toBe(metered?.copiedBytes)
    expect(moved.fromModule).toBe(bytes - moved.fromElsewhere)
  })
})
