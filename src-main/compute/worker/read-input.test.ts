import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cidOfDigest, DAG_CBOR, RAW } from '../../protocol/cid.ts'
import { faultOf } from '../../protocol/fault.ts'
import type { CallInput, FileInput } from '../messages/input.ts'
import { libraryInput } from './read-input.ts'

const folder = mkdtempSync(join(tmpdir(), 'meshwork-input-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cidOf = (bytes: Uint8Array) => cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
const ignore = () => undefined

function blob(bytes: Uint8Array): FileInput {
  const path = join(folder, randomBytes(6).toString('hex'))
  writeFileSync(path, bytes)
  return { cid: cidOf(bytes), path, bytes: bytes.byteLength }
}

function atHand(bytes: Uint8Array): CallInput {
  return { cid: cidOf(bytes), content: bytes, bytes: bytes.byteLength }
}

function listBlob(bytes: Uint8Array, cuts: readonly number[]): FileInput {
  const bounds = [0, ...cuts, bytes.byteLength]
  const pieces = cuts.map((_, i) => bytes.subarray(bounds[i], bounds[i + 1]))
  pieces.push(bytes.subarray(cuts.at(-1)))
  const chunks = pieces.map((piece) => ({ cid: cidOf(piece), bytes: piece.byteLength }))
  return { ...blob(bytes), cid: cidOfDigest(DAG_CBOR, createHash('sha256').digest()), chunks }
}

const big = randomBytes((5 << 20) + 77)
const blobs: readonly [string, Uint8Array, CallInput][] = [
  ['an empty blob', new Uint8Array(0), blob(new Uint8Array(0))],
  ['a small blob', Buffer.from('small'), blob(Buffer.from('small'))],
  ['bytes that came along', Buffer.from('few'), atHand(Buffer.from('few'))],
  ['a large blob under one digest', big, blob(big)],
  ['a list of chunks', big, listBlob(big, [1, 1_000, 3 << 20])],
]

describe.each(blobs)('%s', (_, bytes, input) => {
  it('is read whole, in place and in pieces, the same each time, and counted once per reading', () => {
    let counted = 0
    const opened = libraryInput('blob', input, (count) => (counted += count))
    expect(Buffer.compare(opened.read(), bytes)).toBe(0)
    const { memory } = new WebAssembly.Instance(moduleWithMemory(128)).exports as {
      memory: WebAssembly.Memory
    }
    const target = new Uint8Array(memory.buffer, 11, bytes.byteLength)
    opened.readInto(target)
    expect(Buffer.compare(target, bytes)).toBe(0)
    expect(counted).toBe(2 * bytes.byteLength)
    const file = opened.open()
    const at = Math.max(0, bytes.byteLength - 3)
    const end = new Uint8Array(10)
    expect(file.readAt(end, at)).toBe(Math.min(3, bytes.byteLength))
    expect(Buffer.compare(end.subarray(0, bytes.byteLength - at), bytes.subarray(at))).toBe(0)
    expect(file.readAt(end, bytes.byteLength)).toBe(0)
    expect(file.readAt(end, bytes.byteLength + 100)).toBe(0)
    file.close()
  })
})

describe('a damaged input', () => {
  const every: readonly [string, (input: ReturnType<typeof libraryInput>, bytes: number) => unknown][] = [
    ['read', (input) => input.read()],
    ['read into a memory', (input, bytes) => input.readInto(new Uint8Array(bytes))],
    ['opened', (input) => input.open()],
  ]
  it.each(every)('is found when it is %s', (_, act) => {
    for (const input of [blob(Buffer.from(big)), listBlob(Buffer.from(big), [100, 2 << 20])]) {
      const damaged = Buffer.from(big)
      damaged[(4 << 20) + 1] = (damaged[(4 << 20) + 1] ?? 0) ^ 1
      writeFileSync(input.path, damaged)
      const kind = () => {
        try {
          act(libraryInput('blob', input, ignore), big.byteLength)
          return 'nothing'
        } catch (error) {
          return faultOf(error, 'unit-failed').kind
        }
      }
      expect(kind()).toBe('blob-corrupt')
      truncateSync(input.path, big.byteLength - 1)
      expect(kind()).toBe('blob-corrupt')
      rmSync(input.path)
      expect(kind()).toBe('blob-missing')
    }
  })

  it('is found when the chunks are fewer or more than its bytes', () => {
    const input = listBlob(big, [100])
    const [first, second] = input.chunks ?? []
    for (const chunks of [[first!], [first!, second!, second!]]) {
      expect(() => libraryInput('blob', { ...input, chunks }, ignore).read()).toThrow(/its chunks/)
    }
  })
})

/** A module that exports a memory of so many pages: only such a memory is what the kernel writes into. */
function moduleWithMemory(pages: number): WebAssembly.Module {
  const leb = pages < 128 ? [pages] : [(pages & 127) | 128, pages >> 7]
  const memory = [5, 2 + leb.length, 1, 0, ...leb]
  const exported = [7, 10, 1, 6, ...Buffer.from('memory'), 2, 0]
  return new WebAssembly.Module(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...memory, ...exported]))
}
