import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type * as Electron from 'electron'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { machineClock, machineRandom } from '../runtime/machine.ts'
import { connectFolder, type ApiClient } from '../api/transport/client.ts'
import { newMeasuredFolder } from '../measured.fixture.ts'
import { FaultError } from '../protocol/fault.ts'
import { PauseRules, RULE_NAMES } from '../protocol/pause-rule.ts'
import { runDesktop, type DesktopOptions } from './desktop.ts'
import { createElectronDouble, type DoubleOptions, type ElectronDouble } from './electron.fixture.ts'
import type { PeerProcess } from './peer/peer-child.ts'
import type { UpdaterParts } from './packaging/updates.ts'

const WAIT = { timeout: 120_000, interval: 50 }

function optionsFor(
  double: ElectronDouble,
  data: string,
  more: Partial<DesktopOptions> = {},
): DesktopOptions {
  return {
    electron: double.api,
    clock: machineClock,
    random: machineRandom,
    platform: 'linux',
    env: {},
    argv: ['meshwork'],
    home: data,
    execPath: '/opt/Meshwork/meshwork',
    data,
    network: { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false },
    paths: {
      node: '',
      peer: '',
      userInterface: join(data, 'no-ui'),
      preload: '/p/preload.cjs',
      icons: '/i',
      updateSource: '/p/app-update.yml',
    },
    spawnPeer: () => {
      throw new Error('not in this test')
    },
    report: () => undefined,
    ...more,
  }
}

function labels(menu: readonly Electron.MenuItemConstructorOptions[]): (string | undefined)[] {
  return menu.filter(({ type }) => type !== 'separator').map(({ label }) => label)
}

function click(menu: readonly Electron.MenuItemConstructorOptions[], ...path: string[]): void {
  const [label, ...rest] = path
  const item = menu.find((entry) => entry.label === label)
  if (item === undefined) throw new Error(`no ${label ?? ''} among ${labels(menu).join(', ')}`)
  if (rest.length > 0) click(item.submenu as Electron.MenuItemConstructorOptions[], ...rest)
  else (item.click as (() => void) | undefined)?.()
}

function called(double: ElectronDouble, name: string): (readonly unknown[])[] {
  return double.calls.filter((call) => call.name === name).map(({ args }) => args)
}

describe('the desktop over a real peer', () => {
  let data: string
  let double: ElectronDouble
  let client: ApiClient
  let child: ReturnType<typeof fork>

  beforeAll(async () => {
    data = await newMeasuredFolder('meshwork-desktop-')
    double = createElectronDouble({ keychain: 'gnome_libsecret' })
    const spawnPeer = (): PeerProcess =>
      (child = fork(join(import.meta.dirname, 'peer/peer-process.ts'), [], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }))
    await runDesktop(optionsFor(double, data, { spawnPeer }))
    client = await vi.waitFor(() => connectFolder(data), WAIT)
    // This machine is busy with the tests: a rule of load would pause the peer.
    const { rules } = await client.calls.sharing.get()
    const off = RULE_NAMES.map((rule) => [rule, { ...rules[rule], enabled: false }])
    await client.calls.sharing.setRules({ rules: PauseRules.parse(Object.fromEntries(off)) })
    // A new peer shares once it has looked at its machine; the tray hears of it a moment later.
    await vi.waitFor(() => expect(labels(double.trayMenu())).toContain('Pause'), WAIT)
  })

  afterAll(async () => {
    child.kill('SIGKILL')
    await rm(data, { recursive: true, force: true })
  })

  it('says what Electron must know before it is ready', () => {
    const names = double.calls.map(({ name }) => name)
    const ready = names.indexOf('app.whenReady')
    for (const early of ['app.setPath', 'app.enableSandbox', 'protocol.registerSchemesAsPrivileged']) {
      expect(names.indexOf(early), early).toBeLessThan(ready)
      expect(names).toContain(early)
    }
  })

  it('opens one window, isolated and sandboxed, at its own pages', () => {
    expect(double.windows).toHaveLength(1)
    const [window] = double.windows
    expect(window!.loaded).toEqual(['meshwork-app://ui/#/'])
    expect(window!.options.webPreferences).toMatchObject({
      preload: '/p/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    })
    expect(window!.shown).toBe(0)
    window!.emit('ready-to-show')
    expect(window!.shown).toBe(1)
  })

  it('lets the page go nowhere, open nothing, and have nothing but the clipboard', () => {
    const page = double.windows[0]!.webContents
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      const preventDefault = vi.fn()
      page.emit(event, { url: 'https://example.com/', preventDefault })
      page.emit(event, { url: 'file:///etc/passwd', preventDefault })
      expect(preventDefault, event).toHaveBeenCalledTimes(2)
      page.emit(event, { url: 'meshwork-app://ui/#/jobs', preventDefault })
      expect(preventDefault, event).toHaveBeenCalledTimes(2)
    }
    const preventDefault = vi.fn()
    page.emit('will-attach-webview', { preventDefault })
    expect(preventDefault).toHaveBeenCalled()
    expect(page.openHandler?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' })
    expect(called(double, 'shell.openExternal')).toEqual([])
    expect(page.openHandler?.({ url: 'https://www.apache.org/licenses/LICENSE-2.0' })).toEqual({
      action: 'deny',
    })
    expect(called(double, 'shell.openExternal')).toEqual([['https://www.apache.org/licenses/LICENSE-2.0']])
    expect(double.permission('clipboard-sanitized-write', 'meshwork-app://ui/')).toBe(true)
    expect(double.permission('clipboard-sanitized-write', 'https://example.com/')).toBe(false)
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal']) {
      expect(double.permission(permission, 'meshwork-app://ui/')).toBe(false)
      expect(double.permissionCheck(permission, 'meshwork-app://ui')).toBe(false)
    }
  })

  it('hands a port to its own page, and to no other and no frame inside it', async () => {
    const frameAt = (url: string, parent: unknown = null) => ({ url, parent, postMessage: vi.fn() })
    const sender = Object.assign(double.windows[0]!.webContents, {})
    for (const senderFrame of [
      null,
      frameAt('https://example.com/'),
      frameAt('meshwork-app://other/'),
      frameAt('meshwork-app://ui/', {}),
    ]) {
      double.ipc.emit('meshwork:request-port', { sender, senderFrame })
      expect(senderFrame?.postMessage ?? vi.fn()).not.toHaveBeenCalled()
    }
    const own = frameAt('meshwork-app://ui/#/people')
    double.ipc.emit('meshwork:request-port', { sender, senderFrame: own })
    expect(own.postMessage).toHaveBeenCalledWith('meshwork:port', null, [expect.anything()])
    const [port] = (own.postMessage.mock.calls[0] as unknown as [string, null, [MessagePort]])[2]
    // Malformed data closes the port, and does not end the program.
    const closed = new Promise((resolve) => port.on('close', () => resolve(undefined)))
    port.start()
    port.postMessage({ no: 'message' })
    await closed
  })

  it('keeps the key in the keychain, which its file says', async () => {
    const file = await readFile(join(data, 'peer.key'), 'utf8')
    expect(JSON.parse(file)).toMatchObject({ protection: 'keychain' })
  })

  it('tells the peer what Electron sees of the machine', async () => {
    await client.calls.sharing.setRules({
      rules: { ...(await client.calls.sharing.get()).rules, 'on-battery': { enabled: true } },
    })
    await vi.waitFor(async () => {
      expect((await client.calls.sharing.get()).now).toMatchObject({
        kind: 'paused-by-rule',
        rule: 'on-battery',
      })
    }, WAIT)
    await vi.waitFor(() => expect(double.tray().tooltip).toContain('Paused because you are on battery'), WAIT)
    expect(double.tray().image).toBe('/i/tray/paused.png')
    click(double.trayMenu(), 'Share anyway for now')
    await vi.waitFor(() => expect(double.tray().image).toBe('/i/tray/sharing.png'), WAIT)
  })

  it('pauses and resumes by the tray', async () => {
    await vi.waitFor(() => expect(labels(double.trayMenu())).toContain('Pause'), WAIT)
    click(double.trayMenu(), 'Pause', 'For 3 hours')
    await vi.waitFor(() => expect(labels(double.trayMenu())).toContain('Resume'), WAIT)
    const { now } = await client.calls.sharing.get()
    expect(now.kind === 'paused-by-user' && now.until_ms! - now.since_ms).toBe(3 * 3_600_000)
    click(double.trayMenu(), 'Resume')
    await vi.waitFor(() => expect(labels(double.trayMenu())).toContain('Pause'), WAIT)
  })

  it('switches sharing off, and on again as it was', async () => {
    const { sharing } = await client.calls.node.info()
    click(double.trayMenu(), 'Share this PC')
    await vi.waitFor(async () => expect((await client.calls.node.info()).sharing.kind).toBe('never'), WAIT)
    await vi.waitFor(() => expect(double.tray().tooltip).toContain('Not sharing'), WAIT)
    click(double.trayMenu(), 'Share this PC')
    await vi.waitFor(async () => expect((await client.calls.node.info()).sharing).toEqual(sharing), WAIT)
  })

  it('goes on without its window, says so once, and opens it again where it was', () => {
    const [first] = double.windows
    first!.close()
    expect(double.notices.map(({ title }) => title)).toEqual(['Meshwork keeps running in the background'])
    double.app.emit('second-instance', {}, ['meshwork'])
    expect(double.windows).toHaveLength(2)
    expect(double.windows[1]!.options).toMatchObject({ x: 10, y: 20, width: 1000, height: 700 })
    double.windows[1]!.close()
    expect(double.notices).toHaveLength(1)
  })

  it('opens a pairing link where people pair, whichever way it comes', () => {
    const code = '2VfUX3kYd9NpQ'
    double.app.emit('second-instance', {}, ['meshwork', `meshwork://pair/${code}`])
    const window = double.windows.at(-1)
    expect(window.loaded).toEqual([`meshwork-app://ui/#/people?code=${code}`])
    const preventDefault = vi.fn()
    double.app.emit('open-url', { preventDefault }, 'meshwork://pair/evil<script>')
    expect(preventDefault).toHaveBeenCalled()
    expect(window.loaded).toHaveLength(1)
  })

  it('[Q4] pauses while the machine sleeps, and leaves a pause of the user’s own alone', async () => {
    const now = async () => (await client.calls.sharing.get()).now.kind
    await vi.waitFor(async () => expect(await now()).toBe('sharing'), WAIT)
    double.power.emit('suspend')
    await vi.waitFor(async () => expect(await now()).toBe('paused-by-user'), WAIT)
    double.power.emit('resume')
    await vi.waitFor(async () => expect(await now()).toBe('sharing'), WAIT)
    await client.calls.sharing.pause({ finish_first: false, minutes: 60 })
    double.power.emit('suspend')
    double.power.emit('resume')
    // The shell's own calls come before these.
    for (let i = 0; i < 10; i++) await client.calls.sharing.get()
    const { now: kept } = await client.calls.sharing.get()
    expect(kept).toMatchObject({ kind: 'paused-by-user' })
    const lasts = kept.kind === 'paused-by-user' ? (kept.until_ms ?? 0) - kept.since_ms : 0
    expect(lasts).toBeGreaterThan(30 * 60_000)
    await client.calls.sharing.resume()
    await vi.waitFor(() => expect(labels(double.trayMenu())).toContain('Pause'), WAIT)
  })

  it('starts a peer that died again, and shows that it was gone', async () => {
    const images: string[] = []
    const timer = setInterval(() => images.push(double.tray().image), 20)
    const pid = child.pid
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(images).toContain('/i/tray/problem.png'), WAIT)
    await vi.waitFor(() => expect(double.tray().image).toBe('/i/tray/sharing.png'), WAIT)
    clearInterval(timer)
    expect(child.pid).not.toBe(pid)
  })

  it('quits when it is asked to, after its peer has ended', async () => {
    expect(called(double, 'quit')).toEqual([])
    const exited = new Promise((resolve) => child.once('exit', resolve))
    click(double.trayMenu(), 'Quit Meshwork')
    await vi.waitFor(() => expect(called(double, 'quit')).toHaveLength(1), WAIT)
    expect(await exited).toBe(0)
    expect(double.tray().isGone).toBe(true)
    expect(called(double, 'dialog.showMessageBox')).toEqual([])
  })
})

describe('the desktop before it has a peer', () => {
  let data: string

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'meshwork-desktop-'))
  })

  afterAll(() => rm(data, { recursive: true, force: true }))

  /** A process that says what a test says. */
  async function started(double: ElectronDouble, more: Partial<DesktopOptions> = {}) {
    const sent: unknown[] = []
    const child = Object.assign(new EventEmitter(), {
      connected: true,
      kill: () => true,
      send: (message: unknown) => sent.push(message) > 0,
    })
    await runDesktop(optionsFor(double, data, { spawnPeer: () => child as unknown as PeerProcess, ...more }))
    return { child, sent }
  }

  const doubleWith = (options: DoubleOptions = {}) => createElectronDouble(options)

  it('hands over to the first instance and quits', async () => {
    const double = doubleWith({ isFirst: false })
    await started(double)
    expect(called(double, 'quit')).toHaveLength(1)
    expect(called(double, 'app.whenReady')).toEqual([])
    expect(double.windows).toEqual([])
  })

  it('[Q2] starts and shows nothing when its files are not what was packaged, and spawns after they were looked at', async () => {
    const double = doubleWith()
    const spawned: string[] = []
    const spawnPeer = () => {
      spawned.push('peer')
      throw new Error('not this far')
    }
    const refusal = new FaultError({ kind: 'storage-failed', message: 'node/node is not the file' })
    const verifyProgram = () => Promise.reject(refusal)
    await expect(runDesktop(optionsFor(double, data, { spawnPeer, verifyProgram }))).rejects.toBe(refusal)
    expect(spawned).toEqual([])
    expect(double.windows).toEqual([])
    expect(double.tray().image).toBe('')
    // The message needs a window.
    expect(called(double, 'app.whenReady')).toHaveLength(1)

    const verified = Promise.withResolvers<undefined>()
    const starting = started(doubleWith(), {
      verifyProgram: async () => {
        await verified.promise
        spawned.push('verified')
      },
      spawnPeer: () => {
        spawned.push('spawned')
        return Object.assign(new EventEmitter(), { connected: false }) as unknown as PeerProcess
      },
    })
    verified.resolve(undefined)
    await starting
    expect(spawned).toEqual(['verified', 'spawned'])
  })

  it('[Q3] tells of a newer version, and fetches nothing where nothing checks it', async () => {
    const double = doubleWith({ languages: ['de-DE'] })
    const updater = Object.assign(new EventEmitter(), {
      autoDownload: true,
      updateConfigPath: null,
      checkForUpdates: () => Promise.resolve(null),
    })
    const lines: string[] = []
    await started(double, {
      report: (line) => void lines.push(line),
      updates: {
        updater: updater as unknown as UpdaterParts,
        publishers: ['CN=Somebody'],
        checkSignature: () => Promise.resolve(null),
      },
    })
    expect(updater).toMatchObject({ autoDownload: false, updateConfigPath: '/p/app-update.yml' })
    updater.emit('update-available', { version: '0.2.0' })
    expect(double.notices).toMatchObject([{ title: 'Es gibt ein neueres Meshwork' }])
    expect(lines).toEqual(['version 0.2.0 is out, and not installed by itself here'])
  })

  it('opens no window when it starts at login', async () => {
    const double = doubleWith()
    await started(double, { argv: ['meshwork', '--hidden'] })
    expect(double.windows).toEqual([])
    expect(double.tray().tooltip).not.toBe('')
  })

  it('keeps the key in its file where the keychain protects nothing', async () => {
    const plain = await started(doubleWith({ keychain: 'basic_text' }))
    expect(plain.sent).toContainEqual(expect.objectContaining({ kind: 'start', has_keychain: false }))
    const none = await started(doubleWith({ keychain: 'none' }))
    expect(none.sent).toContainEqual(expect.objectContaining({ kind: 'start', has_keychain: false }))
  })

  it('hands out a port when there is a peer, to earlier callers too', async () => {
    const double = doubleWith()
    const { child } = await started(double)
    const senderFrame = { url: 'meshwork-app://ui/', parent: null, postMessage: vi.fn() }
    double.ipc.emit('meshwork:request-port', { sender: double.windows[0]!.webContents, senderFrame })
    expect(senderFrame.postMessage).not.toHaveBeenCalled()
    child.emit('message', { kind: 'ready', url: 'ws://127.0.0.1:9/api', token: 't' })
    expect(senderFrame.postMessage).toHaveBeenCalledTimes(1)
  })

  it('says why its peer cannot start, and ends', async () => {
    const double = doubleWith({ languages: ['de-DE'] })
    const { child } = await started(double)
    child.emit('message', { kind: 'failed', message: 'a peer is running on /data already' })
    child.connected = false
    child.emit('exit', 1, null)
    await vi.waitFor(() => expect(called(double, 'quit')).toHaveLength(1), WAIT)
    expect(called(double, 'dialog.showErrorBox')).toEqual([
      ['Meshwork kann nicht starten', 'a peer is running on /data already'],
    ])
  })

  it('ends with its peer when the user stops that', async () => {
    const double = doubleWith()
    const { child, sent } = await started(double)
    child.emit('message', { kind: 'stop-requested' })
    await vi.waitFor(() => expect(sent).toContainEqual({ kind: 'stop' }), WAIT)
    child.emit('exit', 0, null)
    await vi.waitFor(() => expect(called(double, 'quit')).toHaveLength(1), WAIT)
  })
})
