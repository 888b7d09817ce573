import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FaultError } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { inputSeal, outputSeal } from '../../protocol/job-key.ts'
import { openStorage, type Storage } from '../../storage/storage.ts'
import { newJobKey, sealJob } from './job-sealer.ts'
import { machineClock } from '../machine.ts'
import { testJob } from '../mesh.fixture.ts'
import { openedPieces, sealOutput } from '../blobs/sealed-blobs.ts'

const ANN = `12D3KooW${'A'.repeat(44)}` as PeerId

let folder: string
let storage: Storage
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-sealer-'))
  storage = await openStorage({ folder, quotaBytes: 2 ** 30, clock: machineClock })
})
afterEach(async () => {
  await storage.close()
  await rm(folder, { recursive: true })
})

it('[K2] frames of one animation share what they read, and nothing else of their keys', async () => {
  const { blobs } = storage
  const scene = randomBytes(3 << 20)
  const inputs = { scene: await blobs.put(scene), geometry: await blobs.put(randomBytes(100)) }
  const first = newJobKey()
  const second = newJobKey(first)
  const known = new Map<string, Cid>()
  const seal = (key: typeof first, owner: string) =>
    sealJob(blobs, { ...testJob(ANN, 1, 1), inputs }, [], key, { owner }, known)
  const { manifest } = await seal(first, 'one')
  const { manifest: next } = await seal(second, 'two')
  expect(next.inputs).toEqual(manifest.inputs)
  expect(next.encryption).not.toEqual(manifest.encryption)
  expect(second.outputs).not.toEqual(first.outputs)
  blobs.unpin('one')
  expect(blobs.owners(next.inputs['scene']!)).toEqual(['two'])
  // Without the memory of it the same bytes come of it again.
  known.clear()
  expect((await seal(second, 'three')).manifest.inputs).toEqual(manifest.inputs)

  const pieces: Uint8Array[] = []
  for await (const piece of openedPieces(blobs, next.inputs['scene']!, inputSeal(second, 'scene')))
    pieces.push(piece)
  expect(Buffer.compare(Buffer.concat(pieces), scene)).toBe(0)
})

it('[K5] an output in a file is sealed as one in memory is, kept for its guest, and the file is gone', async () => {
  const { blobs } = storage
  const { writeFile } = await import('node:fs/promises')
  const { existsSync } = await import('node:fs')
  const bytes = new Uint8Array(randomBytes(2 << 20))
  const path = join(folder, 'output')
  await writeFile(path, bytes)
  const key = newJobKey()
  const seal = { key: key.outputs, purpose: 'output:3' } as const
  const keeper = { owner: 'holding', guest: 'sealed:job' }
  const file = await sealOutput(blobs, { kind: 'file', path, bytes: bytes.byteLength }, seal, keeper)
  const memory = await sealOutput(blobs, { kind: 'bytes', bytes }, seal, keeper)
  expect(file.cid).toBe(memory.cid)
  expect(existsSync(path)).toBe(false)
  expect(blobs.guests()).toEqual(['sealed:job'])
  blobs.unpin('holding')
  blobs.expel('sealed:job')
  blobs.sweep()
  expect(blobs.has(file.cid)).toBe(false)
})

it('[K5] an output in a file that cannot be sealed does not stay there in the open', async () => {
  const { blobs } = storage
  const path = join(folder, 'staged')
  await writeFile(path, randomBytes(300_000))
  const full = {
    ...blobs,
    putStream: () => Promise.reject(new FaultError({ kind: 'quota-exceeded', message: 'full' })),
  }
  const output = { kind: 'file', path, bytes: 300_000 } as const
  const seal = outputSeal(newJobKey(), 0)
  await expect(sealOutput(full, output, seal, { owner: 'a' })).rejects.toMatchObject({
    fault: { kind: 'quota-exceeded' },
  })
  expect(existsSync(path)).toBe(false)
})
