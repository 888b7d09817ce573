import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HELD_BYTES_MAX, type OutputSink } from './output-sink.ts'
import { createTestHost } from './unit-host.fixture.ts'

const filled = (bytes: number, value: number) => new Uint8Array(bytes).fill(value)

function contentOf(sink: OutputSink, files: readonly Uint8Array[]): Uint8Array {
  const result = sink.result()
  if (ArrayBuffer.isView(result)) return result
  return files[0] ?? new Uint8Array(0)
}

describe('an output sink', () => {
  it('keeps a small output in memory and copies it', () => {
    const host = createTestHost()
    const sink = host.createSink()
    sink.write(filled(1_000, 1), 0)
    expect(sink.result()).toEqual(filled(1_000, 1))
    expect(host.used.copied).toBe(1_000)
    expect(host.files).toEqual([])
  })

  it('does not copy a large output', () => {
    const host = createTestHost()
    const sink = host.createSink()
    sink.write(filled(HELD_BYTES_MAX + 1, 1), 0)
    sink.write(filled(1 << 20, 2), sink.bytes)
    expect(sink.result()).toMatchObject({ bytes: HELD_BYTES_MAX + 1 + (1 << 20) })
    expect(host.used.copied).toBe(0)
  })

  it('gathers small writes behind a large output instead of writing each', () => {
    const host = createTestHost()
    const sink = host.createSink()
    sink.write(filled(HELD_BYTES_MAX + 1, 1), 0)
    for (let i = 0; i < 100; i++) sink.write(filled(10, 2), sink.bytes)
    expect(host.files[0]?.byteLength).toBe(HELD_BYTES_MAX + 1)
    sink.result()
    expect(host.files[0]?.byteLength).toBe(HELD_BYTES_MAX + 1_001)
    expect(host.used.copied).toBeLessThan(5_000)
  })

  it('refuses to grow over its limit, by writing, by leaving a gap, or by being lengthened', () => {
    const sink = createTestHost({ outputBytesMax: 10 }).createSink()
    sink.write(filled(10, 1), 0)
    const line = 'output is over the limit of 10 bytes'
    expect(() => sink.write(filled(1, 1), 10)).toThrow(line)
    expect(() => sink.write(filled(1, 1), 2 ** 40)).toThrow(line)
    expect(() => sink.truncate(11)).toThrow(line)
    expect(sink.bytes).toBe(10)
  })

  it('holds what a file would hold, whatever is written, read and cut in whatever order', () => {
    const sizes = fc.oneof(
      fc.nat(40),
      fc.integer({ min: 8_000, max: 9_000 }),
      fc.integer({ min: 60_000, max: 70_000 }),
    )
    const places = fc.oneof(fc.constant('end' as const), fc.nat(300_000))
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), size: sizes, at: places, value: fc.nat(255) }),
      fc.record({ kind: fc.constant('read' as const), size: sizes, at: places }),
      fc.record({ kind: fc.constant('cut' as const), at: places }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const host = createTestHost()
        const sink = host.createSink()
        let model = new Uint8Array(0)
        const resized = (bytes: number) => {
          const next = new Uint8Array(bytes)
          next.set(model.subarray(0, bytes))
          return next
        }
        for (const s of steps) {
          const at = s.at === 'end' ? model.byteLength : s.at
          if (s.kind === 'write') {
            sink.write(filled(s.size, s.value), at)
            if (s.size > 0 && at + s.size > model.byteLength) model = resized(at + s.size)
            if (s.size > 0) model.fill(s.value, at, at + s.size)
          } else if (s.kind === 'read') {
            const target = new Uint8Array(s.size)
            const count = sink.readAt(target, at)
            const expected = model.subarray(Math.min(at, model.byteLength), at + s.size)
            expect(Buffer.compare(target.subarray(0, count), expected)).toBe(0)
          } else {
            sink.truncate(at)
            model = resized(at)
          }
          expect(sink.bytes).toBe(model.byteLength)
        }
        expect(Buffer.compare(contentOf(sink, host.files), model)).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
