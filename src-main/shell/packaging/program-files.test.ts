import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listProgram, PROGRAM_LIST, sha256Of, verifyProgram } from './program-files.ts'

const PREBUILDS = join(import.meta.dirname, '../../../node_modules/better-sqlite3/prebuilds')

describe('the list of a package’s files', () => {
  let folder: string
  let resources: string
  let digest: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-files-'))
    const built = join(folder, 'built')
    await write(built, 'peer/src-main/peer-process.js', 'console.log(1)\n')
    // Several chunks long, with an end that fills none.
    await write(built, 'peer/wasm/kernel.wasm', Buffer.alloc((5 << 20) + 7, 3))
    await write(built, 'peer/node_modules/one/empty.js', '')
    await write(built, 'node/node', Buffer.alloc(3 << 20, 9))
    const list = await listProgram({ peer: join(built, 'peer'), node: join(built, 'node') })
    digest = sha256Of(list)
    resources = join(folder, 'resources')
    await cp(built, resources, { recursive: true })
    await write(resources, PROGRAM_LIST, list)
  })

  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function write(root: string, path: string, bytes: string | Uint8Array): Promise<void> {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), bytes)
  }

  /** The output of a start, for the user. */
  async function verdict(known: string | null = digest): Promise<string> {
    try {
      await verifyProgram(resources, known)
      return 'as packaged'
    } catch (error) {
      return (error as Error).message
    }
  }

  it('[Q2] takes a package as it was built, wherever it lies', async () => {
    expect(await verdict()).toBe('as packaged')
    await cp(resources, join(folder, 'elsewhere'), { recursive: true })
    resources = join(folder, 'elsewhere')
    expect(await verdict()).toBe('as packaged')
  })

  it.each([
    ['peer/src-main/peer-process.js', 0],
    ['peer/wasm/kernel.wasm', 5 << 20],
    ['peer/wasm/kernel.wasm', (5 << 20) + 6],
    ['node/node', 70_000],
  ])('[Q2] refuses one changed bit of %s at %i', async (path, at) => {
    const bytes = await readFile(join(resources, path))
    bytes[at] = bytes[at]! ^ 1
    await writeFile(join(resources, path), bytes)
    expect(await verdict()).toBe(`${path} is not the file that was packaged: install Meshwork again`)
  })

  it('[Q2] refuses another Node, a longer file and a shorter one', async () => {
    await writeFile(join(resources, 'node/node'), '#!/bin/sh\n')
    expect(await verdict()).toMatch(/^node\/node is not the file that was packaged/)
    await writeFile(join(resources, 'node/node'), Buffer.alloc(3 << 20, 9))
    expect(await verdict()).toBe('as packaged')
    await appendFile(join(resources, 'peer/src-main/peer-process.js'), ' ')
    expect(await verdict()).toMatch(/^peer\/src-main\/peer-process\.js is not/)
  })

  it('[Q2] refuses a file that was added, wherever Node would look for it', async () => {
    for (const path of ['peer/node_modules/bufferutil/index.js', 'peer/src-main/new.js', 'node/libnode.so']) {
      await write(resources, path, 'x')
      expect(await verdict()).toBe(`${path} is no file of Meshwork: install Meshwork again`)
      await rm(join(resources, path))
    }
    expect(await verdict()).toBe('as packaged')
  })

  it('[Q2] refuses a file that is missing, and a folder', async () => {
    await rm(join(resources, 'peer/node_modules/one/empty.js'))
    expect(await verdict()).toBe('peer/node_modules/one/empty.js is missing: install Meshwork again')
    await rm(join(resources, 'node'), { recursive: true })
    expect(await verdict()).toMatch(/^node cannot be read: ENOENT/)
  })

  it('[Q2] refuses links, even to what was packaged', async () => {
    await cp(join(resources, 'node/node'), join(folder, 'same'))
    await rm(join(resources, 'node/node'))
    await symlink(join(folder, 'same'), join(resources, 'node/node'))
    expect(await verdict()).toBe('node/node is neither file nor folder: install Meshwork again')
  })

  it('[Q2] refuses another list, no list, and a shell that knows none', async () => {
    const list = await readFile(join(resources, PROGRAM_LIST), 'utf8')
    await write(resources, 'peer/src-main/peer-process.js', 'console.log(2)\n')
    const own = await listProgram({ peer: join(resources, 'peer'), node: join(resources, 'node') })
    await write(resources, PROGRAM_LIST, own)
    expect(await verdict()).toBe(
      'program-files.json is not the file that was packaged: install Meshwork again',
    )
    // It is the list that decides: with its digest the same folder is taken.
    expect(await verdict(sha256Of(own))).toBe('as packaged')
    await write(resources, PROGRAM_LIST, `${list} `)
    expect(await verdict()).toMatch(/^program-files\.json is not/)
    await rm(join(resources, PROGRAM_LIST))
    expect(await verdict()).toMatch(/^program-files\.json cannot be read: ENOENT/)
    expect(await verdict(null)).toBe('this package was built without the list of its files')
  })

  it('[Q2] gives up when its time is over', async () => {
    const isLate = { fault: { kind: 'timed-out' } }
    await expect(verifyProgram(resources, digest, AbortSignal.abort())).rejects.toMatchObject(isLate)
    const leaving = new AbortController()
    const verifying = verifyProgram(resources, digest, leaving.signal)
    leaving.abort()
    await expect(verifying).rejects.toMatchObject(isLate)
  })

  it('[Q2] knows macOS’ files by what is in front of their signature', async () => {
    const path = 'peer/node_modules/better-sqlite3/database.node'
    for (const arch of ['arm64', 'x64']) {
      const bytes = await readFile(join(PREBUILDS, `darwin-${arch}.node`))
      await write(resources, path, bytes)
      const list = await listProgram({ peer: join(resources, 'peer'), node: join(resources, 'node') })
      await write(resources, PROGRAM_LIST, list)
      expect(list).toContain('mach-o')
      const signed = signedAgain(bytes, 4_096)
      for (const same of [bytes, signed, signedAgain(signed, 64)]) {
        await write(resources, path, same)
        expect(await verdict(sha256Of(list)), arch).toBe('as packaged')
      }
      for (const at of [4, 100, 2_500, 70_000, bytes.length - 20_000]) {
        const changed = Buffer.from(signed)
        changed[at] = changed[at]! ^ 1
        await write(resources, path, changed)
        expect(await verdict(sha256Of(list)), `${arch} at ${at}`).toMatch(/database\.node is not the file/)
      }
      await write(resources, path, Buffer.concat([signed, Buffer.from('more')]))
      expect(await verdict(sha256Of(list)), arch).toMatch(/database\.node is not the file/)
    }
  })
})

/** A Mach-O file as a signing tool writes it: the old signature goes, one of so many bytes comes. */
function signedAgain(file: Buffer, signatureBytes: number): Buffer {
  let head = Buffer.from(file)
  let count = head.readUInt32LE(16)
  let commandBytes = head.readUInt32LE(20)
  let linkEdit = 0
  let end = file.length
  for (let i = 0, at = 32; i < count; i++, at += head.readUInt32LE(at + 4)) {
    if (head.toString('latin1', at + 8, at + 18) === '__LINKEDIT') linkEdit = at
    if (head.readUInt32LE(at) !== 0x1d) continue
    end = head.readUInt32LE(at + 8)
    count--
    commandBytes -= 16
  }
  const signatureAt = Math.ceil(end / 16) * 16
  head = Buffer.concat([
    head.subarray(0, end),
    Buffer.alloc(signatureAt - end),
    Buffer.alloc(signatureBytes, 7),
  ])
  head.writeUInt32LE(count + 1, 16)
  head.writeUInt32LE(commandBytes + 16, 20)
  for (const [i, field] of [0x1d, 16, signatureAt, signatureBytes].entries())
    head.writeUInt32LE(field, 32 + commandBytes + 4 * i)
  const inSegment = head.length - Number(head.readBigUInt64LE(linkEdit + 40))
  head.writeBigUInt64LE(BigInt(Math.ceil(inSegment / 16_384) * 16_384), linkEdit + 32)
  head.writeBigUInt64LE(BigInt(inSegment), linkEdit + 48)
  return head
}
