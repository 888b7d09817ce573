import { EventEmitter } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../ports/clock.ts'
import { updateSource } from '../build-shell.ts'
import { createSignatureCheck } from './update-signature.ts'
import { watchForUpdates, type UpdaterParts, type UpdateOptions } from './updates.ts'

const PUBLISHER = 'CN=Somebody GmbH, O=Somebody GmbH, L=Berlin, C=DE'

/** An updater that records what it is set to, as electron-updater begins. */
class UpdaterDouble extends EventEmitter {
  autoDownload = true
  autoInstallOnAppQuit = true
  allowDowngrade = true
  disableWebInstaller = false
  updateConfigPath: string | null = null
  verifyUpdateCodeSignature?: NonNullable<UpdaterParts['verifyUpdateCodeSignature']>
  checks = 0
  checkForUpdates = (): Promise<null> => {
    this.checks++
    return Promise.resolve(null)
  }
}

function watched(more: Partial<UpdateOptions> = {}) {
  const updater = new UpdaterDouble()
  const timers: (() => void)[] = []
  const clock: Clock = {
    nowMs: () => 0,
    after: (_delayMs, callback) => (timers.push(callback), () => undefined),
  }
  const heard = { onNewer: vi.fn(), report: vi.fn() }
  const checkSignature = vi.fn(() => Promise.resolve(null))
  watchForUpdates({
    updater: updater as unknown as UpdaterParts,
    clock,
    platform: 'linux',
    source: '/app.asar/app-update.yml',
    publishers: [],
    checkSignature,
    ...heard,
    ...more,
  })
  return { updater, timers, checkSignature, ...heard }
}

describe('updates', () => {
  it.each([
    ['linux', []],
    ['linux', [PUBLISHER]],
    ['win32', []],
    ['darwin', []],
    ['freebsd', [PUBLISHER]],
  ] as const)(
    '[Q3] are neither fetched nor installed where nothing checks who signed them: %s, %j',
    (platform, publishers) => {
      const { updater } = watched({ platform, publishers })
      expect(updater).toMatchObject({ autoDownload: false, autoInstallOnAppQuit: false, checks: 1 })
    },
  )

  it.each(['win32', 'darwin'] as const)(
    '[Q3] are fetched where the package says who signs them: %s',
    (platform) => {
      const { updater, onNewer } = watched({ platform, publishers: [PUBLISHER] })
      expect(updater).toMatchObject({ autoDownload: true, autoInstallOnAppQuit: true })
      expect(updater).toMatchObject({ allowDowngrade: false, disableWebInstaller: true })
      updater.emit('update-available', { version: '0.2.0' })
      expect(onNewer).not.toHaveBeenCalled()
    },
  )

  it('[Q3] are told of, once a version, where they are not fetched', () => {
    const { updater, timers, onNewer, report } = watched()
    updater.emit('update-available', { version: '0.2.0' })
    timers.at(-1)()
    expect(updater.checks).toBe(2)
    updater.emit('update-available', { version: '0.2.0' })
    updater.emit('update-available', { version: '0.3.0-beta.1' })
    for (const version of ['', '<b>1</b>', '1\u001b[2J', `1${'0'.repeat(64)}`, 7, undefined])
      updater.emit('update-available', { version })
    expect(onNewer.mock.calls).toEqual([['0.2.0'], ['0.3.0-beta.1']])
    updater.emit('error', new Error('no net\nat …'))
    expect(report.mock.calls).toEqual([['no update: no net']])
  })

  it('[Q3] on Windows are checked by the shell, for the names that it knows itself', async () => {
    const { updater, checkSignature } = watched({ platform: 'win32', publishers: [PUBLISHER] })
    await updater.verifyUpdateCodeSignature!(['CN=Whoever'], 'C:\\update.exe')
    expect(checkSignature.mock.calls).toEqual([[[PUBLISHER], 'C:\\update.exe']])
    expect(watched({ publishers: [PUBLISHER] }).updater.verifyUpdateCodeSignature).toBeUndefined()
  })
})

describe('electron-updater’s own code for Windows', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-updates-'))
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  type Updater = UpdaterParts & { verifySignature(path: string): Promise<string | null> }

  /** The updater as a package has it, with a file beside the archive that names no publisher, or none. */
  async function updater(beside: object | undefined): Promise<Updater> {
    const appUpdateConfigPath = join(folder, beside === undefined ? 'none.yml' : 'app-update.yml')
    if (beside !== undefined) await writeFile(appUpdateConfigPath, JSON.stringify(beside))
    const app = { version: '0.1.0', name: 'meshwork', isPackaged: true, appUpdateConfigPath }
    const { NsisUpdater } = createRequire(import.meta.url)('electron-updater/out/NsisUpdater.js') as {
      NsisUpdater: new (options: null, app: object) => Updater
    }
    const made = new NsisUpdater(null, app)
    made.checkForUpdates = () => Promise.resolve(null)
    return made
  }

  it('[Q3] takes an unsigned installer when no publisher is named, and refuses it as the shell sets it up', async () => {
    const source = join(folder, 'in-archive.yml')
    await writeFile(source, JSON.stringify({ ...(await updateSource()), publisherName: [PUBLISHER] }))
    const checkSignature = () => Promise.resolve('unsigned')
    for (const beside of [undefined, { provider: 'generic', url: 'https://127.0.0.1/' }]) {
      const made = await updater(beside)
      expect(await made.verifySignature('update.exe')).toBeNull()
      watched({ updater: made, platform: 'win32', publishers: [PUBLISHER], source, checkSignature })
      expect(await made.verifySignature('update.exe')).toBe('unsigned')
    }
  })
})

// The stand-in for PowerShell is a script of a shell.
describe.skipIf(process.platform === 'win32')('the check of an installer’s signature', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-signature-'))
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** The check's verdict when PowerShell does what a script does. */
  async function verdict(script: string, path = 'C:\\update.exe'): Promise<string | null> {
    const program = join(folder, 'powershell')
    await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return createSignatureCheck('C:\\Windows', program)([PUBLISHER], path)
  }

  const says = (status: number, subject: string) => `cat <<'END'\n${JSON.stringify({ status, subject })}\nEND`

  it('[Q3] takes a valid signature of a publisher', async () => {
    expect(await verdict(says(0, PUBLISHER))).toBeNull()
  })

  it('[Q3] refuses other publishers, unsigned files, and unreadable signatures', async () => {
    expect(await verdict(says(0, 'CN=Somebody GmbH, O=Else'))).toMatch(/signed by somebody else \(CN=/)
    expect(await verdict(says(0, `${PUBLISHER}, E=x`))).toMatch(/somebody else/)
    // 2: not signed; 3: changed since.
    for (const status of [2, 3]) expect(await verdict(says(status, PUBLISHER))).toMatch(/not valid/)
    for (const script of [
      '',
      'echo no JSON',
      'echo "{}"',
      `${says(0, PUBLISHER)}\nexit 1`,
      'yes | head -c 1000000',
    ])
      expect(await verdict(script), script).toMatch(/^the installer’s signature could not be checked/)
    expect(await createSignatureCheck(join(folder, 'none'))([PUBLISHER], 'x')).toMatch(/could not be checked/)
  })

  it('[Q3] hands over the file’s name as it is, and nothing of the environment', async () => {
    const out = join(folder, 'said')
    const path = "C:\\it's; $(calc) `x`.exe"
    const script = `env > '${out}'\necho "$@" >> '${out}'\n${says(0, PUBLISHER)}`
    expect(await verdict(script, path)).toBeNull()
    const said = await readFile(out, 'utf8')
    expect(said).toContain(`MESHWORK_UPDATE=${path}\n`)
    expect(said).not.toMatch(/^(PSModulePath|HOME|NODE_OPTIONS)=/m)
    const encoded = /-EncodedCommand (\S+)/.exec(said)?.[1] ?? ''
    expect(Buffer.from(encoded, 'base64').toString('utf16le')).toContain('Get-AuthenticodeSignature')
  })
})
