import { join } from 'node:path'
import { faultOfCall } from '../api/transport/client.ts'
import { loadUserInterface } from '../api/transport/user-interface.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { linkAmong, LINK_SCHEME, pairingCode } from './system/deep-link.ts'
import { openDesktopMemory, type DesktopMemory } from './desktop-memory.ts'
import type { ElectronApi } from './electron-api.ts'
import { findKeychain } from './system/keychain.ts'
import { speechFor } from './system/language.ts'
import { HIDDEN_ARGUMENT, setLoginStart } from './system/login-start.ts'
import { createMainWindow, type MainWindow } from './window/main-window.ts'
import { newVersion, type Notice } from './tray/notices.ts'
import { servePorts } from './window/page-channel.ts'
import { guardContents, guardSession } from './window/page-guard.ts'
import { registerPageScheme, servePages } from './window/page-protocol.ts'
import { startPeerChild, type PeerChild, type PeerNetwork, type PeerProcess } from './peer/peer-child.ts'
import { createPeerConnection, type PeerConnection } from './peer/peer-connection.ts'
import type { PeerLink } from './peer/peer-link.ts'
import { handBackBeforeSleep } from './system/sleep.ts'
import { readPower } from './system/power-reader.ts'
import { createPresence, type Presence } from './tray/presence.ts'
import type { ProgramPaths } from './packaging/program-paths.ts'
import { createShutdown } from './shutdown.ts'
import { backgroundNotice, showNotice } from './tray/notifications.ts'
import { performTrayCommand, type PeerCommand } from './tray/tray-command.ts'
import type { TrayCommand } from './tray/tray-menu.ts'
import { createTrayIcon, type TrayIcon } from './tray/tray.ts'
import { watchForUpdates, type UpdateOptions } from './packaging/updates.ts'

/** As in the builder's file: Windows shows notifications under it. */
const APP_ID = 'app.meshwork.desktop'
/** How often it is looked whether there is a network: Electron tells of no change. */
const LOOK_EVERY_MS = 30_000

/** The machine, the packaged files and the libraries that the desktop program uses. */
export interface DesktopOptions {
  readonly electron: ElectronApi
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
 * The desktop program: a tray icon for as long as it runs, a window while it is open, and a peer in a process of its
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

/** Every part of the program that is visible. */
interface Surface {
  readonly window: MainWindow
  readonly tray: TrayIcon
  readonly presence: Presence
  readonly notify: (notice: Notice) => void
}

async function startDesktop(options: DesktopOptions): Promise<Desktop> {
  const { electron, clock, paths, platform } = options
  const connection = createPeerConnection({
    clock,
    onNews: (news) => presence.hear(news),
    onLost: () => presence.lose(),
  })
  guardSession(electron.session.defaultSession)
  servePages(electron, await loadUserInterface(paths.userInterface), options.random)
  const handOutPorts = servePorts(electron, () => connection.address)
  electron.Menu.setApplicationMenu(platform === 'darwin' ? macMenu(electron) : null)
  const surface = await createSurface(options, connection)
  const { window, presence } = surface
  keepLooking(clock, () => presence.refresh())
  const shutdown = createShutdown({ electron, ...surface, child: () => child, onFailed: () => undefined })
  const child: PeerChild = startPeerChild({
    spawn: options.spawnPeer,
    clock,
    data: options.data,
    network: options.network,
    keychain: await findKeychain(electron.safeStorage, platform),
    sample: () => readPower(electron.powerMonitor, options.env),
    onReady: (address) => {
      connection.found(address)
      handOutPorts()
    },
    onLost: () => connection.gone(),
    onFailed: (message) => {
      const { problem } = presence.speech.messages.tray
      electron.dialog.showErrorBox(
        connection.address === undefined ? problem.title : problem.stopped,
        message,
      )
      shutdown.begin('now')
    },
    onStopRequested: () => shutdown.begin('now'),
  })
  handBackBeforeSleep({
    powerMonitor: electron.powerMonitor,
    calls: () => connection.link?.calls,
    onFailed: (error) => options.report(faultOfCall(error).message),
  })
  electron.powerMonitor.on('shutdown', () => shutdown.begin('now'))
  tellOfUpdates(options, surface)
  return {
    open(link) {
      const code = link === undefined ? undefined : pairingCode(link)
      window.open(code === undefined ? undefined : `/people?code=${code}`)
    },
  }
}

/** Creates the window and the tray's icon. Nothing of the window is visible before it is opened. */
async function createSurface(
  options: DesktopOptions,
  connection: Pick<PeerConnection, 'link'>,
): Promise<Surface> {
  const { electron, platform, paths } = options
  const memory = openDesktopMemory(join(options.data, 'desktop.json'))
  const window = createMainWindow({
    electron,
    preload: paths.preload,
    icon: join(paths.icons, '256.png'),
    recall: () => memory.window,
    remember: (state) => ignoreFailure(memory.rememberWindow(state)),
    onClosed: () => {
      const notice = backgroundNotice(memory, presence.speech)
      if (notice === undefined) return
      notify(notice)
      ignoreFailure(memory.rememberBackground())
    },
  })
  const notify = (notice: Notice): void => showNotice(electron, notice, window)
  const perform = (command: TrayCommand): void => {
    const { link } = connection
    if (command.kind === 'quit') electron.app.quit()
    else if (command.kind === 'open') window.open()
    else if (link !== undefined) performByPeer(command, link, { electron, memory, window, presence })
  }
  const tray = createTrayIcon({ electron, platform, images: join(paths.icons, 'tray'), perform })
  const systemLanguages = electron.app.getPreferredSystemLanguages()
  const presence = createPresence({
    tray,
    showProgress: (fraction) => window.showProgress(fraction),
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
  return { window, tray, presence, notify }
}

/** Watches for updates, and tells of a version that is not installed by itself here. */
function tellOfUpdates(options: DesktopOptions, { presence, notify }: Surface): void {
  const { clock, platform, paths, updates, report } = options
  if (updates === undefined) return
  const onNewer = (version: string): void => {
    report(`version ${version} is out, and not installed by itself here`)
    if (presence.state.preferences?.notifications !== false)
      notify(newVersion(presence.speech.messages, version))
  }
  watchForUpdates({ ...updates, clock, platform, source: paths.updateSource, onNewer, report })
}

function performByPeer(
  command: PeerCommand,
  { calls }: PeerLink,
  surroundings: {
    readonly electron: ElectronApi
    readonly memory: DesktopMemory
    readonly window: MainWindow
    readonly presence: Presence
  },
): void {
  const { electron, memory, window, presence } = surroundings
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

function macMenu({ Menu }: ElectronApi) {
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
