import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DATABASE_FILE, openDatabase } from '../storage/database.ts'
import { openJournal } from '../storage/journal.ts'
import { runMeshctl } from './meshctl.ts'

describe('[Y10] meshctl repair', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-repair-'))
    await writeFile(join(folder, 'peer.key'), '', { mode: 0o600 })
    const database = openDatabase(folder)
    openJournal(database).journal.append(['a', 'b', 'c'].map((text) => Buffer.from(text)))
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

  it('is for a peer’s folder, and for one choice', async () => {
    expect((await repair('--keep-after', '--drop-after')).code).toBe(2)
    await rm(join(folder, 'peer.key'))
    expect(await repair()).toMatchObject({ code: 2, err: expect.stringMatching(/no data folder/) as string })
  })
})
