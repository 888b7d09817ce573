import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Executed } from './execute.ts'
import { INLINE_BYTES_MAX } from '../messages/output.ts'
import { createStaging, type Staging } from './staging.ts'

const METRICS = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 1, input_bytes: 0, output_bytes: 0 }
type Done = Extract<Executed, { kind: 'done' }>

let folder: string
let staging: Staging
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwork-staging-'))
  staging = createStaging(join(folder, 'host1-0'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function done(output: Done['output'], extras: Done['extras'] = {}): Done {
  return { kind: 'done', output, extras, info: {}, metrics: METRICS }
}

describe('a staged output', () => {
  it('of few bytes travels as bytes, in a buffer that is given away', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const { outcome, transfer } = staging.handOver(done(bytes))
    expect(outcome).toMatchObject({ kind: 'done', output: { kind: 'bytes', bytes } })
    expect(transfer).toEqual([bytes.buffer])
  })

  it('of many bytes is a file, as are extras', () => {
    const bytes = new Uint8Array(INLINE_BYTES_MAX + 1).fill(7)
    const { outcome } = staging.handOver(done(bytes, { more: bytes }))
    expect(outcome).toMatchObject({ output: { kind: 'file', bytes: bytes.byteLength } })
    expect(readdirSync(folder)).toEqual(['host1-0-0', 'host1-0-1'])
    expect(Buffer.compare(readFileSync(join(folder, 'host1-0-0')), bytes)).toBe(0)
  })

  it('that was written as a file stays where it is, and other files of the call go', () => {
    const [first, second] = [staging.createOutput(), staging.createOutput()]
    first.write(Buffer.from('draft'), 0)
    second.write(Buffer.from('final'), 3)
    const { outcome } = staging.handOver(done(second))
    expect(outcome).toMatchObject({ output: { kind: 'file', file: 'host1-0-1', bytes: 8 } })
    expect(readdirSync(folder)).toEqual(['host1-0-1'])
    expect(readFileSync(join(folder, 'host1-0-1'), 'latin1')).toBe('\0\0\0final')
  })

  it('of a call that failed goes', () => {
    staging.createOutput().write(Buffer.from('draft'), 0)
    const fault = { kind: 'trapped', message: 'unreachable' } as const
    const { outcome } = staging.handOver({ kind: 'failed', fault, info: { log: 'words' } })
    expect(outcome).toEqual({ kind: 'failed', fault, info: { log: 'words' } })
    expect(readdirSync(folder)).toEqual([])
  })

  it('that is not of this call is a defect of the library, and a failed task', () => {
    const other = createStaging(join(folder, 'host1-1')).createOutput()
    expect(staging.handOver(done(other)).outcome).toMatchObject({ fault: { kind: 'internal' } })
  })

  it('can be cut, lengthened, and read again', () => {
    const file = staging.createOutput()
    file.write(Buffer.from('0123456789'), 0)
    file.truncate(4)
    file.truncate(6)
    expect(file.bytes).toBe(6)
    const back = new Uint8Array(10)
    expect(file.readAt(back, 2)).toBe(4)
    expect([...back.subarray(0, 4)]).toEqual([50, 51, 0, 0])
    expect(file.readAt(back, 6)).toBe(0)
  })

  it('where nothing can be written is a fault', () => {
    const nowhere = createStaging(join(folder, 'missing', 'host1-0'))
    const fault = { kind: 'storage-failed' }
    expect(() => nowhere.createOutput()).toThrow(
      expect.objectContaining({ fault: expect.objectContaining(fault) as unknown }),
    )
    const large = new Uint8Array(INLINE_BYTES_MAX + 1)
    expect(nowhere.handOver(done(large)).outcome).toMatchObject({ kind: 'failed', fault })
  })
})
