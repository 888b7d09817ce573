import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DATABASE_FILE, openDatabase } from '../../storage/database/database.ts'
import { openJournal } from '../../storage/journal/journal.ts'
import { encodeEvent } from '../../peer/codec.ts'
import { faultOf } from '../../protocol/fault.ts'
import { openPeerFolder } from '../../peer-folder.ts'
import { loadOrCreateKey } from '../../storage/keys/key-file.ts'
import { runMeshctl } from '../meshctl.ts'

describe('[Y10] meshctl repair', () => {
  let folder: string
  const key = () => join(folder, 'peer.key')
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-repair-'))
    await loadOrCreateKey(key())
    const database = openDatabase(folder)
    openJournal(database).journal.append(
      ['a', 'b', 'c'].map((name) => ({ bytes: encodeEvent({ kind: 'named', at_ms: 1, name }) })),
    )
    database.close()
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function repair(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', '']
    const code = await runMeshctl(['repair', '--data', folder, ...argv], {
      out: (text) => void (out += text),
      outBytes: () => Promise.resolve(),
      err: (text) => void (err += text),
      columns: undefined,
    })
    return { code, out, err }
  }

  function damage(): void {
    const file = openDatabase(folder)
    file.exec("UPDATE journal SET bytes = x'00' WHERE sequence = 2")
    file.close()
  }

  it('says that nothing is wrong where nothing is, and changes nothing', async () => {
    expect(await repair()).toEqual({
      code: 0,
      err: '',
      out: `${folder} opens; nothing is to be repaired\n`,
    })
    expect((await readdir(folder)).filter((name) => name.startsWith('before-repair'))).toEqual([])
  })

  it('says what is damaged and what can be chosen, in one line, and repairs nothing by itself', async () => {
    damage()
    for (let i = 0; i < 2; i++) {
      const { code, err } = await repair()
      expect(code).toBe(1)
      expect(err).toMatch(/^meshctl: journal record 2 is damaged.+--keep-after.+--drop-after\n$/)
    }
  })

  it.each([
    ['--keep-after', { kept: 1, lost: 1 }],
    ['--drop-after', { kept: 0, lost: 2 }],
    ['--begin-anew', { kept: 0, lost: 0 }],
  ])('makes the folder open with %s, and keeps it as it was', async (choice, expected) => {
    damage()
    const { code, out } = await repair(choice, '--json')
    expect(code).toBe(0)
    const done: unknown = JSON.parse(out)
    expect(done).toMatchObject({ repaired: true, ...expected })
    expect((await repair()).code).toBe(0)
    const [backup] = (await readdir(folder)).filter((name) => name.startsWith('before-repair'))
    expect(await readdir(join(folder, backup ?? ''))).toContain(DATABASE_FILE)
  })

  it('is needed where the database is empty: it opens as no new peer', async () => {
    await truncate(join(folder, DATABASE_FILE))
    expect((await repair()).err).toContain('--begin-anew')
    expect((await repair('--keep-after')).code).toBe(1)
    expect((await repair('--begin-anew')).code).toBe(0)
    expect((await repair()).code).toBe(0)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['empty', () => truncate(key())],
    ['garbage', () => writeFile(key(), randomBytes(200))],
    ['too short', () => writeFile(key(), '{"format":"meshwork-key/1","protection":"none","seed":"AAAA"}')],
    ['a folder', () => rm(key()).then(() => mkdir(key()))],
    ['gone', () => rm(key())],
  ])('[Y14] says that the key is %s, what that means, and what can be done', async (_, damage) => {
    await damage()
    const before = await contents(folder)
    const { code, out, err } = await repair()
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(
      /^meshctl: .+peer\.key is .+ has to pair again: meshctl repair --data .+ --new-identity\n$/,
    )
    expect(
      await openPeerFolder({ folder }).catch((error: unknown) => faultOf(error, 'internal').message),
    ).toBe(err.replace('meshctl: ', '').trimEnd())
    expect(await contents(folder)).toEqual(before)
    expect((await repair('--new-identity')).code).toBe(0)
    const { storage } = await openPeerFolder({ folder })
    expect([...storage.journal.readAfter(0)]).toEqual([])
    await storage.close()
  })

  it('[Y14] says that the key is another peer’s, also where no snapshot names its peer', async () => {
    await (await openPeerFolder({ folder })).storage.close()
    await rm(key())
    await loadOrCreateKey(key())
    const { code, err } = await repair()
    expect(code).toBe(1)
    expect(err).toMatch(
      /is the key of 12D3KooW\w+, and the folder belongs to 12D3KooW\w+\. .+--new-identity\n$/,
    )
    await expect(openPeerFolder({ folder })).rejects.toMatchObject({ fault: { kind: 'storage-failed' } })
  })

  it('[Y14] says all that is damaged, and that a record makes no sense though it is intact', async () => {
    await truncate(key())
    await truncate(join(folder, DATABASE_FILE), 5_000)
    const { err } = await repair()
    expect(err).toMatch(
      /^meshctl: .+peer\.key is damaged.+Also: .+meshwork\.sqlite is damaged.+--begin-anew\n$/,
    )
  })

  it('[Y14] quotes the folder in the command that it names', async () => {
    const odd = join(folder, "it's an odd\nfölder")
    await mkdir(odd)
    await writeFile(join(odd, 'peer.key'), '', { mode: 0o600 })
    await writeFile(join(odd, DATABASE_FILE), 'x')
    const { err } = await repair('--data', odd)
    expect(err).toMatch(/^meshctl: [^\n]+\n$/)
    const [, word] = /--data (.+?) --/.exec(err) ?? []
    expect(execFileSync('bash', ['-c', `printf %s ${word ?? ''}`]).toString()).toBe(odd)
  })

  it('is for a peer’s folder, and for one choice', async () => {
    expect((await repair('--keep-after', '--drop-after')).code).toBe(2)
    await rm(key())
    await rm(join(folder, DATABASE_FILE))
    expect(await repair()).toMatchObject({ code: 2, err: expect.stringMatching(/no data folder/) as string })
  })
})

/** The digest of each file of a folder; SQLite's index of its log is made anew by each reader. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
  const read = async (name: string): Promise<[string, string]> => {
    const bytes = await readFile(join(folder, name))
    return [name, bytes.length === 0 ? '' : createHash('sha256').update(bytes).digest('hex')]
  }
  const found = await Promise.all(files.map(({ name }) => read(name)))
  // An empty log is none.
  return Object.fromEntries(found.filter(([name, digest]) => digest !== '' || !name.endsWith('-wal')))
}
