import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { Cid } from '../../protocol/ids.ts'
import { JobId } from '../../protocol/ids.ts'
import { checkResultPlace, openResultFile, saveResult } from './result-file.ts'

const JOB = JobId.parse('job-1')
const BYTES = Buffer.from('a result')
const SHA256 = '8ef99d17b420fd37a306ac016be950cab3836d24f801fb29c09b29d6538e9146'

/** A peer that has the result of a job. */
const peer = {
  jobs: {
    result: () => Promise.resolve({ cid: 'bafkreia' as Cid, bytes: BYTES.length, sha256: SHA256 }),
  },
  blobs: { read: () => Promise.resolve({ chunk: new Blob([BYTES]), bytes: BYTES.length }) },
} as unknown as ApiCalls

describe('[Y15] where a result goes', () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'meshwork-result-'))))
  afterEach(() => rm(folder, { recursive: true }))
  const refusal = (work: Promise<unknown>) =>
    expect(work).rejects.toMatchObject({
      fault: { kind: 'bad-input', message: expect.stringMatching(/^cannot write /) as string },
    })

  it('is refused before any work where no file can be written, and nothing is left there', async () => {
    await mkdir(join(folder, 'a folder'))
    await writeFile(join(folder, 'a file'), '')
    await symlink(join(folder, 'a folder'), join(folder, 'a link'))
    for (const name of ['a folder', 'a folder/', 'new/', 'a link', 'none/x', 'a file/x', 'x'.repeat(300)]) {
      await refusal(openResultFile(join(folder, name)))
      await refusal(checkResultPlace(join(folder, name)))
    }
    await refusal(openResultFile(''))
    expect((await readdir(folder)).sort()).toEqual(['a file', 'a folder', 'a link'])
    expect(await readdir(join(folder, 'a folder'))).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)('is refused in a folder that cannot be written to', async () => {
    await chmod(folder, 0o500)
    await refusal(openResultFile(join(folder, 'x')))
    await chmod(folder, 0o700)
  })

  it('is no device’s place: a device is written to and stays one', async () => {
    const before = await stat('/dev/null')
    const file = await openResultFile('/dev/null')
    await file.write(BYTES)
    await file.keep()
    await file.discard()
    const after = await stat('/dev/null')
    expect([after.isCharacterDevice(), after.ino]).toEqual([true, before.ino])
  })

  it('keeps what was there until the result is complete, and what others name alike', async () => {
    const path = join(folder, 'x')
    await writeFile(path, 'before')
    await writeFile(`${path}.part`, 'the user’s own')
    const file = await openResultFile(path)
    await file.write(BYTES)
    expect(await readFile(path, 'utf8')).toBe('before')
    await file.keep()
    expect(await readFile(path)).toEqual(BYTES)
    expect(await readFile(`${path}.part`, 'utf8')).toBe('the user’s own')
  })

  it('that fails at the end is said truly, with how to get the result again', async () => {
    const full = await openResultFile('/dev/full')
    await expect(saveResult(peer, JOB, undefined, full)).rejects.toMatchObject({
      fault: {
        kind: 'disk-full',
        message:
          'cannot write /dev/full: no room is left on the disk. The job is done and keeps its result: ' +
          'meshctl job-result job-1 --out FILE',
      },
    })
    await full.discard()
    const taken = await openResultFile(join(folder, 'x'))
    await mkdir(join(folder, 'x'))
    await expect(saveResult(peer, JOB, undefined, taken)).rejects.toMatchObject({
      fault: {
        kind: 'storage-failed',
        message: expect.stringContaining('it is a folder. The job is done') as string,
      },
    })
    await taken.discard()
    expect(await readdir(folder)).toEqual(['x'])
  })
})
