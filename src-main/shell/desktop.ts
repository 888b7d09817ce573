import { join } from 'node:path'
import type { Endpoint } from '../api/transport/endpoint-file.ts'
import { faultOfCall } from '../api/transport/client.ts'
import { loadUserInterface } from '../api/transport/user-interface.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { linkAmong, LINK_SCHEME, pairingCode } from './system/deep-link.ts'
import { openDesktopMemory, type DesktopMemory } from './desktop-memory.ts'
import type { ElectronParts } from './electron-parts.ts'
import { findKeychain } from './system/keychain.ts'
import { speechFor } from './system/language.ts'
import { HIDDEN_ARGUMENT, setLoginStart } from './system/login-start.ts'
import { createMainWindow, type MainWindow } from './window/main-window.ts'
import { newVersion, type Notice } from './tray/notices.ts'
import { servePorts } from './window/page-channel.ts'
import { guardContents, guardSession } from './window/page-guard.ts'
import { registerPageScheme, servePages } from './window/page-protocol.ts'
import { startPeerChild, type PeerChild, type PeerNetwork, type PeerProcess } from './peer/peer-child.ts'
import { linkPeer, type PeerLink } from './peer/peer-link.ts'
import { handBackBeforeSleep } from './system/sleep.ts'
import { readPower } from './system/power-reader.ts'
import { createPresence, type Presence } from './tray/presence.ts'
import type { ProgramPaths } from './packaging/program-paths.ts'
import { quitQuestion } from './tray/quit-question.ts'
import { performTrayCommand, type PeerCommand } from './tray/tray-command.ts'
import type { TrayCommand } from './tray/tray-menu.ts'
import { createTrayIcon, type TrayIcon } from './tray/tray.ts'
import { watchForUpdates, type UpdateOptions } from './packaging/updates.ts'

/** As in the builder's file: Windows shows notifications under it. */
const APP_ID = 'app.meshwork.desktop'
/** A peer whose process runs but whose connection broke is asked again after this. */
const LINK_AGAIN_MS = 2_000
/** How often it is looked whether there is a network: Electron tells of no change. */
const LOOK_EVERY_MS = 30_000

/** What the desktop program runs on. */
export interface DesktopOptions {
  readonly electron: ElectronParts
  readonly clock: Clock
  readonly random: Random
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly argv: readonly string[]
  readonly home: string
  readonly execPath: string
  /** The data folder. */
  readonly data: string
  readonly network: PeerNetwork
  readonly paths: ProgramPaths
  readonly spawnPeer: () => PeerProcess
  /** Throws when the peer's program is not what was packaged; absent where the program is not packaged. */
  readonly verifyProgram?: () => Promise<void>
  /** Absent where the program is not packaged: there is nothing that an update could replace. */
  readonly updates?: Pick<UpdateOptions, 'updater' | 'publishers' | 'checkSignature'>
  /** One line for the log. */
  readonly report: (line: string) => void
}

/**
 * The desktop program: a tray icon for as long as it runs, a window while somebody looks, and a peer in a process of its
 * own. Everything it shows and does goes through the peer's API. Returns when it is set up, or at once in a second
 * instance, which hands over what it was started for and quits.
 * @throws FaultError when the peer's program is not what was packaged; nothing was started or shown then
 */
export async function runDesktop(options: DesktopOptions): Promise<void> {
  const { electron, argv, data } = options
  const { app } = electron
  app.setPath('userData', join(data, 'window'))
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  app.setAppUserModelId(APP_ID)
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
  registerPageScheme(electron)
  /** On macOS a link may come before there is anything to show it in. */
  let early: string | undefined
  const opened: { by?: (link?: string) => void } = {}
  const openLink = (link: string | undefined): void => {
    if (opened.by === undefined) early = link
    else opened.by(link)
  }
  app.on('second-instance', (_event, others) => openLink(linkAmong(others)))
  app.on('open-url', (event, link) => {
    event.preventDefault()
    openLink(link)
  })
  app.on('web-contents-created', (_event, contents) => guardContents(contents, electron))
  // The tray goes on without a window.
  app.on('window-all-closed', () => undefined)
  // Read while Electron gets ready; a program that is not whole is told of when there can be a window.
  const steps = await Promise.allSettled([app.whenReady(), options.verifyProgram?.()])
  for (const step of steps) if (step.status === 'rejected') throw step.reason
  const desktop = await startDesktop(options)
  opened.by = (link) => desktop.open(link)
  app.on('activate', () => desktop.open())
  const link = early ?? linkAmong(argv)
  if (link !== undefined || !argv.includes(HIDDEN_ARGUMENT)) desktop.open(link)
}

interface Desktop {
  /** Opens the window; with a link at what it is about. */
  open(link?: string): void
}

async function startDesktop(options: DesktopOptions): Promise<Desktop> {
  const { electron, clock, data, paths, platform } = options
  const memory = openDesktopMemory(join(data, 'desktop.json'))
  /** The peer's endpoint, and a client there, while there are any. */
  const peer: { at?: Pick<Endpoint, 'url' | 'token'>; link?: PeerLink } = {}

  guardSession(electron.session.defaultSession)
  servePages(electron, await loadUserInterface(paths.userInterface), options.random)
  const handOutPorts = servePorts(electron, () => peer.at)
  electron.Menu.setApplicationMenu(platform === 'darwin' ? macMenu(electron) : null)
  const window = createMainWindow({
    electron,
    preload: paths.preload,
    icon: join(paths.icons, '256.png'),
    recall: () => memory.window,
    remember: (state) => ignoreFailure(memory.rememberWindow(state)),
    onClosed: () => tellOfBackground(memory, presence, notify),
  })
  const notify = (notice: Notice): void => showNotice(electron, notice, window)
  const perform = (command: TrayCommand): void => {
    const { link } = peer
    if (command.kind === 'quit') electron.app.quit()
    else if (command.kind === 'open') window.open()
    else if (link !== undefined) performByPeer(command, link, { electron, memory, window, presence })
  }
  const tray = createTrayIcon({ electron, platform, images: join(paths.icons, 'tray'), perform })
  const systemLanguages = electron.app.getPreferredSystemLanguages()
  const presence = createPresence({
    tray,
    notify,
    isOnline: () => electron.net.isOnline(),
    systemLanguages,
    speech: await speechFor('system', systemLanguages),
    onPreferences: ({ start_at_login }) => {
      if (!electron.app.isPackaged) return
      const { env, home, execPath } = options
      const start = { app: electron.app, platform, env, home, execPath }
      ignoreFailure(setLoginStart(start_at_login, start))
    },
  })
  keepLooking(clock, () => presence.refresh())

  function linkAt(at: Pick<Endpoint, 'url' | 'token'>): void {
    const again = (): void => {
      if (peer.at !== at) return
      delete peer.link
      presence.lose()
      clock.after(LINK_AGAIN_MS, () => {
        if (peer.at === at) linkAt(at)
      })
    }
    linkPeer(at, { onNews: (news) => presence.hear(news), onLost: again }).then((link) => {
      if (peer.at === at) peer.link = link
      else link.close()
    }, again)
  }

  const leaving = createLeaving({ electron, tray, window, presence, child: () => child })
  const child: PeerChild = startPeerChild({
    spawn: options.spawnPeer,
    clock,
    data,
    network: options.network,
    keychain: await findKeychain(electron.safeStorage, platform),
    sample: () => readPower(electron.powerMonitor, options.env),
    onReady: (at) => {
      peer.at = at
      linkAt(at)
      handOutPorts()
    },
    onLost: () => {
      delete peer.at
      delete peer.link
      presence.lose()
    },
    onFailed: (message) => {
      const { problem } = presence.speech.messages.tray
      electron.dialog.showErrorBox(peer.at === undefined ? problem.title : problem.stopped, message)
      leaving.leave('now')
    },
    onStopRequested: () => leaving.leave('now'),
  })
  handBackBeforeSleep({
    powerMonitor: electron.powerMonitor,
    calls: () => peer.link?.calls,
    onFailed: (error) => options.report(faultOfCall(error).message),
  })
  electron.powerMonitor.on('shutdown', () => leaving.leave('now'))
  if (options.updates !== undefined) {
    const { report } = options
    const onNewer = (version: string): void => {
      report(`version ${version} is out, and not installed by itself here`)
      if (presence.state.preferences?.notifications !== false)
        notify(newVersion(presence.speech.messages, version))
    }
    watchForUpdates({ ...options.updates, clock, platform, source: paths.updateSource, onNewer, report })
  }
  return {
    open(link) {
      const code = link === undefined ? undefined : pairingCode(link)
      window.open(code === undefined ? undefined : `/people?code=${code}`)
    },
  }
}

/** How the program ends: it asks if something would be lost, stops the peer, and quits. */
function createLeaving(parts: {
  readonly electron: ElectronParts
  readonly tray: TrayIcon
  readonly window: MainWindow
  readonly presence: Presence
  readonly child: () => PeerChild
}): { leave(how: 'now' | 'ask'): void } {
  const { app, dialog } = parts.electron
  let stage: 'running' | 'asking' | 'stopping' | 'stopped' = 'running'

  const isGoing = (): boolean => stage === 'stopping' || stage === 'stopped'

  async function mayLeave(): Promise<boolean> {
    const { messages, format } = parts.presence.speech
    const question = quitQuestion(messages, format, parts.presence.state)
    if (question === undefined) return true
    const { quit, stay } = messages.tray.quitDialog
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: question.title,
      detail: question.detail,
      buttons: [quit, stay],
      defaultId: 1,
      cancelId: 1,
    })
    return response === 0
  }

  async function go(how: 'now' | 'ask'): Promise<void> {
    if (isGoing() || (stage === 'asking' && how === 'ask')) return
    if (how === 'ask') {
      stage = 'asking'
      const isSure = await mayLeave()
      // Meanwhile it may have been told to go now.
      if (isGoing()) return
      stage = 'running'
      if (!isSure) return
    }
    stage = 'stopping'
    parts.window.close()
    await parts.child().stop()
    parts.tray.destroy()
    stage = 'stopped'
    app.quit()
  }

  const leave = (how: 'now' | 'ask'): void => ignoreFailure(go(how))
  app.on('before-quit', (event) => {
    if (stage === 'stopped') return
    event.preventDefault()
    leave('ask')
  })
  return { leave }
}

function performByPeer(
  command: PeerCommand,
  { calls }: PeerLink,
  parts: {
    readonly electron: ElectronParts
    readonly memory: DesktopMemory
    readonly window: MainWindow
    readonly presence: Presence
  },
): void {
  const { electron, memory, window, presence } = parts
  performTrayCommand(command, {
    calls,
    recallSharing: () => memory.sharing,
    rememberSharing: (sharing) => memory.rememberSharing(sharing),
    open: (screen) => window.open(screen),
  }).catch((error: unknown) => {
    electron.dialog.showErrorBox(
      presence.speech.messages.frame.common.failedTitle,
      faultOfCall(error).message,
    )
  })
}

function showNotice({ Notification }: ElectronParts, notice: Notice, window: MainWindow): void {
  if (!Notification.isSupported()) return
  const { title, body, screen } = notice
  const notification = new Notification({ title, body })
  notification.on('click', () => window.open(screen))
  notification.show()
}

/** Once, and never again: whoever closes the window for the first time may think that the program has ended. */
function tellOfBackground(
  memory: DesktopMemory,
  { speech }: Presence,
  notify: (notice: Notice) => void,
): void {
  if (memory.knowsBackground) return
  const { background, backgroundText } = speech.messages.tray.notice
  notify({ title: background, body: backgroundText, screen: '/' })
  ignoreFailure(memory.rememberBackground())
}

function macMenu({ Menu }: ElectronParts) {
  const roles = ['appMenu', 'editMenu', 'windowMenu'] as const
  return Menu.buildFromTemplate(roles.map((role) => ({ role })))
}

function keepLooking(clock: Clock, look: () => void): void {
  clock.after(LOOK_EVERY_MS, () => {
    look()
    keepLooking(clock, look)
  })
}

/** For what is nice to have: a window's place that could not be written is no reason to say anything. */
function ignoreFailure(doing: Promise<unknown>): void {
  doing.catch(() => undefined)
}
