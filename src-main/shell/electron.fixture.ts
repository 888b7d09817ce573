/**
 * A recording double of exactly what the shell uses of Electron: it does nothing, remembers what was asked of it, and
 * lets tests raise Electron's events.
 */
import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import type * as Electron from 'electron'
import type { ElectronApi } from './electron-api.ts'

/** One call that the shell made. */
export interface RecordedCall {
  readonly name: string
  readonly args: readonly unknown[]
}

/** A page's contents, as Electron gives them to handlers. */
export class ContentsDouble extends EventEmitter {
  readonly id: number
  openHandler: ((details: { url: string }) => unknown) | undefined
  reloads = 0
  constructor(id: number) {
    super()
    this.id = id
  }
  setWindowOpenHandler(handler: (details: { url: string }) => unknown): void {
    this.openHandler = handler
  }
  reload(): void {
    this.reloads++
  }
}

/** A window. */
export class WindowDouble extends EventEmitter {
  readonly options: Electron.BrowserWindowConstructorOptions
  readonly webContents: ContentsDouble
  readonly loaded: string[] = []
  shown = 0
  focused = 0
  /** In the taskbar; -1 for none, and undefined before anything was said. */
  progress: number | undefined
  isGone = false
  bounds = { x: 10, y: 20, width: 1000, height: 700 }
  constructor(options: Electron.BrowserWindowConstructorOptions, webContents: ContentsDouble) {
    super()
    this.options = options
    this.webContents = webContents
  }
  show(): void {
    this.shown++
  }
  focus(): void {
    this.focused++
  }
  restore(): void {
    this.emit('restore')
  }
  maximize(): void {
    this.emit('maximize')
  }
  isMinimized(): boolean {
    return false
  }
  isMaximized(): boolean {
    return false
  }
  getNormalBounds() {
    return this.bounds
  }
  loadURL(url: string): Promise<void> {
    this.loaded.push(url)
    return Promise.resolve()
  }
  setProgressBar(fraction: number): void {
    this.progress = fraction
  }
  /** As when the user closes it. */
  close(): void {
    this.emit('close')
    this.destroy()
  }
  destroy(): void {
    if (this.isGone) return
    this.isGone = true
    this.emit('closed')
  }
}

/** The state that a test may read and change. */
export interface ElectronDouble {
  readonly api: ElectronApi
  readonly calls: RecordedCall[]
  readonly app: EventEmitter
  readonly ipc: EventEmitter
  readonly power: EventEmitter
  readonly windows: WindowDouble[]
  /** The last menu of the tray. */
  readonly trayMenu: () => readonly Electron.MenuItemConstructorOptions[]
  readonly tray: () => { readonly image: string; readonly tooltip: string; readonly isGone: boolean }
  readonly notices: { title: string; body: string; click: () => void }[]
  /** The handler of pages. */
  readonly servePage: (request: Request) => Promise<Response>
  readonly permission: (permission: string, url: string) => boolean
  readonly permissionCheck: (permission: string, origin: string) => boolean
  /** The answer to dialogs: the button's place. */
  answer: number
  isOnline: boolean
}

/** How the double behaves. */
export interface DoubleOptions {
  readonly isFirst?: boolean
  readonly isPackaged?: boolean
  readonly languages?: readonly string[]
  readonly keychain?: 'gnome_libsecret' | 'basic_text' | 'none'
}

/** A new double. */
export function createElectronDouble(options: DoubleOptions = {}): ElectronDouble {
  const calls: RecordedCall[] = []
  const record =
    (name: string) =>
    (...args: unknown[]): void =>
      void calls.push({ name, args })
  const app = new EventEmitter()
  const ipc = new EventEmitter()
  const power = new EventEmitter()
  const windows: WindowDouble[] = []
  const notices: ElectronDouble['notices'] = []
  let contents = 0
  const tray = { image: '', tooltip: '', isGone: false, menu: [] as Electron.MenuItemConstructorOptions[] }
  let pageHandler: ((request: Request) => Response | Promise<Response>) | undefined
  let askPermission: ((a: unknown, p: string, cb: (ok: boolean) => void, d: object) => void) | undefined
  let checkPermission: ((a: unknown, p: string, origin: string) => boolean) | undefined
  const double: ElectronDouble = {
    api: undefined as unknown as ElectronApi,
    calls,
    app,
    ipc,
    power,
    windows,
    trayMenu: () => tray.menu,
    tray: () => tray,
    notices,
    servePage: async (request) => (await pageHandler?.(request)) ?? new Response(null, { status: 500 }),
    permission: (permission, requestingUrl) => {
      let isGranted = false
      askPermission?.(null, permission, (ok) => (isGranted = ok), { requestingUrl })
      return isGranted
    },
    permissionCheck: (permission, origin) => checkPermission?.(null, permission, origin) ?? false,
    answer: 0,
    isOnline: true,
  }
  class TrayDouble {
    constructor(image: { path: string }) {
      tray.image = image.path
    }
    setImage(image: { path: string }): void {
      tray.image = image.path
    }
    setToolTip(text: string): void {
      tray.tooltip = text
    }
    setContextMenu(menu: { template: Electron.MenuItemConstructorOptions[] }): void {
      calls.push({ name: 'tray.setContextMenu', args: [menu.template] })
      tray.menu = menu.template
    }
    on(event: string, listener: () => void): void {
      app.on(`tray:${event}`, listener)
    }
    destroy(): void {
      tray.isGone = true
    }
  }
  class NotificationDouble extends EventEmitter {
    static isSupported = () => true
    readonly words: { title: string; body: string }
    constructor(words: { title: string; body: string }) {
      super()
      this.words = words
    }
    show(): void {
      notices.push({ ...this.words, click: () => void this.emit('click') })
    }
  }
  const api = {
    app: Object.assign(app, {
      isPackaged: options.isPackaged ?? false,
      whenReady: () => {
        calls.push({ name: 'app.whenReady', args: [] })
        return Promise.resolve()
      },
      requestSingleInstanceLock: () => options.isFirst ?? true,
      setAsDefaultProtocolClient: record('app.setAsDefaultProtocolClient'),
      setLoginItemSettings: record('app.setLoginItemSettings'),
      setAppUserModelId: record('app.setAppUserModelId'),
      enableSandbox: record('app.enableSandbox'),
      setPath: record('app.setPath'),
      getAppPath: () => '/nowhere',
      getPreferredSystemLanguages: () => options.languages ?? ['en'],
      // Electron asks all listeners before it quits, and quits unless one of them prevents it.
      quit: () => {
        const event = { isPrevented: false, preventDefault: () => void (event.isPrevented = true) }
        app.emit('before-quit', event)
        if (!event.isPrevented) calls.push({ name: 'quit', args: [] })
      },
    }),
    protocol: {
      registerSchemesAsPrivileged: record('protocol.registerSchemesAsPrivileged'),
      handle: (scheme: string, handler: typeof pageHandler) => {
        calls.push({ name: 'protocol.handle', args: [scheme] })
        pageHandler = handler
      },
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: typeof askPermission) => (askPermission = handler),
        setPermissionCheckHandler: (handler: typeof checkPermission) => (checkPermission = handler),
        setDevicePermissionHandler: record('session.setDevicePermissionHandler'),
      },
    },
    ipcMain: ipc,
    shell: {
      openExternal: (url: string) => {
        calls.push({ name: 'shell.openExternal', args: [url] })
        return Promise.resolve()
      },
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    dialog: {
      showMessageBox: (box: unknown) => {
        calls.push({ name: 'dialog.showMessageBox', args: [box] })
        return Promise.resolve({ response: double.answer })
      },
      showErrorBox: record('dialog.showErrorBox'),
    },
    net: { isOnline: () => double.isOnline },
    powerMonitor: Object.assign(power, { getSystemIdleTime: () => 77, isOnBatteryPower: () => true }),
    safeStorage: {
      isAsyncEncryptionAvailable: () => Promise.resolve(options.keychain !== 'none'),
      getSelectedStorageBackend: () => options.keychain ?? 'basic_text',
      encryptStringAsync: (text: string) => Promise.resolve(Buffer.from(`sealed ${text}`)),
      decryptStringAsync: (bytes: Buffer) =>
        Promise.resolve({ result: bytes.toString().replace('sealed ', ''), shouldReEncrypt: false }),
    },
    Menu: {
      buildFromTemplate: (template: unknown) => ({ template }),
      setApplicationMenu: record('Menu.setApplicationMenu'),
    },
    nativeImage: {
      createFromPath: (path: string) => ({ path }),
      createFromBitmap: (bitmap: Buffer) => ({
        path: `bitmap of ${bitmap.length} bytes`,
        setTemplateImage: record('image.setTemplateImage'),
      }),
    },
    Tray: TrayDouble,
    Notification: NotificationDouble,
    BrowserWindow: function (given: Electron.BrowserWindowConstructorOptions) {
      const window = new WindowDouble(given, new ContentsDouble(++contents))
      windows.push(window)
      app.emit('web-contents-created', {}, window.webContents)
      return window
    },
    MessageChannelMain: class {
      readonly port1: unknown
      readonly port2: unknown
      constructor() {
        const { port1, port2 } = new MessageChannel()
        // Electron's ports hand over events, Node's the data itself.
        this.port1 = Object.assign(new EventEmitter(), {
          postMessage: (message: unknown) => port1.postMessage(message),
          close: () => port1.close(),
          start() {
            port1.on('message', (data: unknown) =>
              (this as unknown as EventEmitter).emit('message', { data }),
            )
            port1.on('close', () => (this as unknown as EventEmitter).emit('close'))
          },
        })
        this.port2 = port2
      }
    },
  }
  return Object.assign(double, { api: api as unknown as ElectronApi })
}
