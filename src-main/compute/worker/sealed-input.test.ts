import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import { faultOf } from '../../protocol/fault.ts'
import type { Seal } from '../../protocol/job-key.ts'
import { FRAME_CONTENT_BYTES } from '../../protocol/sealed-bytes.ts'
import { sealBytes } from '../../sealing/seal.ts'
import type { CallInput } from '../messages/input.ts'
import { libraryInput } from './read-input.ts'

const folder = mkdtempSync(join(tmpdir(), 'meshwork-sealed-input-'))
afterAll(() => rmSync(folder, { recursive: true }))

const seal: Seal = { key: new Uint8Array(randomBytes(32)), purpose: 'input:data' }
const cidOf = (bytes: Uint8Array) => cidOfDigest(RAW, createHash('sha256').update(bytes).digest())

function onDisk(sealed: Uint8Array, opener: Seal = seal): CallInput {
  const path = join(folder, randomBytes(6).toString('hex'))
  writeFileSync(path, sealed)
  return { cid: cidOf(sealed), path, bytes: sealed.byteLength, seal: opener }
}

const atHand = (sealed: Uint8Array, opener: Seal = seal): CallInput => ({
  cid: cidOf(sealed),
  bytes: sealed.byteLength,
  content: sealed,
  seal: opener,
})

const large = randomBytes(3 * FRAME_CONTENT_BYTES + 77)
const inputs: readonly [string, Uint8Array, CallInput][] = [
  ['nothing', new Uint8Array(0), atHand(sealBytes(seal, new Uint8Array(0)))],
  ['few bytes that came along', Buffer.from('few'), atHand(sealBytes(seal, Buffer.from('few')))],
  [
    'a file of one frame',
    large.subarray(0, FRAME_CONTENT_BYTES),
    onDisk(sealBytes(seal, large.subarray(0, FRAME_CONTENT_BYTES))),
  ],
  ['a file of several', large, onDisk(sealBytes(seal, large))],
]

describe.each(inputs)('a sealed input of %s', (_, content, input) => {
  it('[K5] is to a library what it was before it was sealed, and is counted as such', () => {
    let counted = 0
    const opened = libraryInput('data', input, (bytes) => (counted += bytes))
    expect(opened.bytes).toBe(content.byteLength)
    expect(Buffer.compare(opened.read(), content)).toBe(0)
    const target = new Uint8Array(content.byteLength)
    opened.readInto(target)
    expect(Buffer.compare(target, content)).toBe(0)
    expect(counted).toBe(2 * content.byteLength)
  })

  it('[K5] is read in pieces from anywhere', () => {
    const file = libraryInput('data', input, () => undefined).open()
    const range = fc.tuple(fc.nat(content.byteLength + 10), fc.nat(2 * FRAME_CONTENT_BYTES))
    fc.assert(
      fc.property(range, ([at, length]) => {
        const target = new Uint8Array(length)
        const expected = content.subarray(at, at + length)
        expect(file.readAt(target, at)).toBe(expected.byteLength)
        expect(Buffer.compare(target.subarray(0, expected.byteLength), expected)).toBe(0)
      }),
      { seed: 5, numRuns: 40 },
    )
    file.close()
  })
})

it.each([
  ['of another role', { ...seal, purpose: 'input:other' } as const],
  ['of another job', { ...seal, key: new Uint8Array(32).fill(9) }],
])('[K1] an input %s is a fault of the unit, however it is read', (_, other) => {
  const sealed = sealBytes(seal, large)
  for (const input of [onDisk(sealed, other), atHand(sealed, other)]) {
    const opened = libraryInput('data', input, () => undefined)
    const kinds = [() => opened.read(), () => opened.open().readAt(new Uint8Array(9), 0)].map((read) => {
      try {
        read()
        return 'read'
      } catch (error) {
        return faultOf(error, 'internal').kind
      }
    })
    expect(kinds).toEqual(['not-opened', 'not-opened'])
  }
})

it('[W13] a sealed input that is damaged on this disk is one that is fetched again', () => {
  const sealed = sealBytes(seal, large)
  const input = onDisk(sealed)
  if ('path' in input)
    writeFileSync(
      input.path,
      sealed.map((byte, at) => (at === 70_000 ? byte ^ 1 : byte)),
    )
  const opened = libraryInput('data', input, () => undefined)
  expect(() => opened.read()).toThrow(/damaged/)
})

it('[K1] what is no sealed input at all is a fault before anything is read', () => {
  for (const length of [0, 10, 51]) {
    expect(() => libraryInput('data', atHand(randomBytes(length)), () => undefined)).toThrow(
      /no sealed input/,
    )
  }
})
