import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cid } from '../../protocol/ids.ts'
import { faultOf } from '../../protocol/fault.ts'
import { machineClock } from '../../runtime/machine.ts'
import { openStorage, type Storage } from '../../storage/storage.ts'
import { cutAfterBytes, cutAfterLines, LINE_BYTES_MAX, type CutPiece } from './cut-parts.ts'
import { splitInput } from './split-input.ts'

let folder: string
let storage: Storage
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-split-'))
  storage = await openStorage({ folder, quotaBytes: 2 ** 30, clock: machineClock })
})
afterAll(async () => {
  await storage.close()
  await rm(folder, { recursive: true, force: true })
})

type How = { kind: 'lines'; lines: number } | { kind: 'bytes'; bytes: number }

/** Stores content, splits it, and reads the parts back. */
async function split(content: Uint8Array, how: How): Promise<{ parts: Buffer[]; kept: Cid[] }> {
  const { blobs } = storage
  const kept: Cid[] = []
  const cid = await blobs.put(content)
  const cids = await splitInput(
    { ...how, cid },
    {
      blobs,
      keep: (parts) => kept.push(...parts),
      signal: new AbortController().signal,
    },
  )
  expect(kept).toEqual(cids)
  return { parts: await Promise.all(cids.map(async (part) => Buffer.from(await blobs.read(part)))), kept }
}

const text = (content: string) => new TextEncoder().encode(content)
const strings = (parts: readonly Buffer[]) => parts.map((part) => part.toString())

async function faultOfSplit(content: Uint8Array, how: How) {
  const error: unknown = await split(content, how).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  return faultOf(error, 'unit-failed')
}

describe('splitting by lines', () => {
  it.each<[string, number, string[]]>([
    ['a\nb\nc\n', 1, ['a\n', 'b\n', 'c\n']],
    ['a\nb\nc\n', 2, ['a\nb\n', 'c\n']],
    ['a\nb\nc', 2, ['a\nb\n', 'c']],
    ['a\nb\n', 2, ['a\nb\n']],
    ['a\nb\n', 5, ['a\nb\n']],
    ['\n\n\n', 2, ['\n\n', '\n']],
    ['no newline', 1, ['no newline']],
    ['', 3, []],
    ['a\r\nb\r\n', 1, ['a\r\n', 'b\r\n']],
  ])('cuts %j after every %i', async (content, lines, expected) => {
    expect(strings((await split(text(content), { kind: 'lines', lines })).parts)).toEqual(expected)
  })

  it('cuts a file of many chunks where its lines end, and its parts are the file', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i} of a text\n`)
    const content = text(lines.join(''))
    const { parts } = await split(content, { kind: 'lines', lines: 7_000 })
    expect(parts).toHaveLength(29)
    expect(strings(parts)[3]).toBe(lines.slice(21_000, 28_000).join(''))
    expect(Buffer.concat(parts).equals(content)).toBe(true)
  })

  it('refuses a line that does not end, naming it', async () => {
    const content = (async function* () {
      yield await Promise.resolve(text('one\ntwo\n'))
      const piece = new Uint8Array(2 << 20).fill(0x61)
      for (let bytes = 0; bytes <= LINE_BYTES_MAX; bytes += piece.byteLength) yield piece
    })()
    const cut = async () => {
      for await (const piece of cutAfterLines(content, 10)) expect(piece.bytes.byteLength).toBeGreaterThan(0)
    }
    const fault = await cut().then(
      () => undefined,
      (error: unknown) => faultOf(error, 'unit-failed'),
    )
    expect(fault?.kind).toBe('bad-input')
    expect(fault?.message).toMatch(/^line 3 of the input has more than/)
  })

  it('refuses more parts than a job may have, and proposes a split that does', async () => {
    const content = text('a line\n'.repeat(200_000))
    const fault = await faultOfSplit(content, { kind: 'lines', lines: 2 })
    expect(fault.kind).toBe('bad-input')
    const proposed = Number(/lines:(\d+)/.exec(fault.message)?.[1])
    expect(proposed).toBeGreaterThanOrEqual(4)
    expect((await split(content, { kind: 'lines', lines: proposed })).parts.length).toBeLessThan(65_536)
  })
})

describe('splitting by bytes', () => {
  it('cuts after every so many, whether a part is smaller or larger than a chunk', async () => {
    const content = new Uint8Array(Buffer.from(Array.from({ length: 7_000_000 }, (_, i) => (i * 31) >> 3)))
    for (const [bytes, sizes] of [
      [3_000_000, [3_000_000, 3_000_000, 1_000_000]],
      [7_000_000, [7_000_000]],
      [2_333_333, [2_333_333, 2_333_333, 2_333_333, 1]],
    ] as const) {
      const { parts } = await split(content, { kind: 'bytes', bytes })
      expect(parts.map((part) => part.byteLength)).toEqual(sizes)
      expect(Buffer.concat(parts).equals(content)).toBe(true)
    }
  })

  it('refuses more parts than a job may have before anything is cut', async () => {
    const fault = await faultOfSplit(new Uint8Array(3 << 20), { kind: 'bytes', bytes: 10 })
    expect(fault).toEqual({
      kind: 'bad-input',
      message: 'the input has more than 65536 parts; split it into bytes:53 or more',
    })
  })

  it('ends with its signal', async () => {
    const { blobs } = storage
    const cid = await blobs.put(new Uint8Array(5 << 20).fill(7))
    const options = { blobs, keep: () => undefined, signal: AbortSignal.abort() }
    await expect(splitInput({ kind: 'bytes', cid, bytes: 1 << 20 }, options)).rejects.toMatchObject({
      fault: { kind: 'cancelled' },
    })
  })
})

describe('cutting', () => {
  /** Content in pieces as they might come. */
  const piecesOf = fc.array(
    fc.array(fc.constantFrom(0x0a, 0x61, 0x62), { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
    { maxLength: 8 },
  )

  async function partsOf(cut: AsyncIterable<CutPiece>): Promise<string[]> {
    const parts: string[] = []
    let part = ''
    for await (const { bytes, ends } of cut) {
      part += Buffer.from(bytes).toString()
      if (!ends) continue
      parts.push(part)
      part = ''
    }
    return part === '' ? parts : [...parts, part]
  }

  const stream = async function* (pieces: readonly Uint8Array[]) {
    for (const piece of pieces) yield await Promise.resolve(piece)
  }

  it('gives the same parts however the content comes in', async () => {
    await fc.assert(
      fc.asyncProperty(piecesOf, fc.integer({ min: 1, max: 4 }), async (pieces, count) => {
        const whole = Buffer.concat(pieces).toString()
        const lines = whole.match(/[^\n]*\n|[^\n]+$/g) ?? []
        const byLines = Array.from({ length: Math.ceil(lines.length / count) }, (_, i) =>
          lines.slice(i * count, (i + 1) * count).join(''),
        )
        expect(await partsOf(cutAfterLines(stream(pieces), count))).toEqual(byLines)
        const byBytes = whole.match(new RegExp(`[^]{1,${count}}`, 'g')) ?? []
        expect(await partsOf(cutAfterBytes(stream(pieces), count))).toEqual(byBytes)
      }),
      { seed: 20261121, numRuns: 500 },
    )
  })
})
