import type { ElectronApi, WindowApi } from '../electron-api.ts'
import { placeWindow, WINDOW_SIZE_MIN, type WindowState } from './window-bounds.ts'
import { PAGE_URL } from './window-policy.ts'

/** How often a crashed page is loaded again in one window. */
const RELOADS_MAX = 3
/** By this Electron takes the bar away. */
const NO_PROGRESS = -1

/** The window's files, its place and its listener. */
export interface MainWindowOptions {
  readonly electron: Pick<ElectronApi, 'BrowserWindow' | 'screen' | 'app'>
  /** The preload's file. */
  readonly preload: string
  /** The icon's file, where the system does not take it from the program. */
  readonly icon: string
  readonly recall: () => WindowState | undefined
  readonly remember: (state: WindowState) => void
  /** The window is gone; the program goes on. */
  readonly onClosed: () => void
}

/** The program's one window; it exists only while it is open. */
export interface MainWindow {
  /** Brings the window to the front, at a screen of the user interface if one is named. */
  open(screen?: string): void
  /** Shows in the taskbar or dock how far something is, 0 to 1; nothing where it is undefined. */
  showProgress(fraction: number | undefined): void
  close(): void
}

/** The main window; nothing is created before it is opened. */
export function createMainWindow(options: MainWindowOptions): MainWindow {
  let window: WindowApi | undefined
  let progress: number | undefined

  function create(screen: string): WindowApi {
    const created = newWindow(options)
    let reloads = 0
    created.once('ready-to-show', () => created.show())
    created.on('close', () => {
      options.remember({ bounds: created.getNormalBounds(), isMaximized: created.isMaximized() })
    })
    created.on('closed', () => {
      window = undefined
      options.onClosed()
    })
    created.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit' && reloads++ < RELOADS_MAX) created.webContents.reload()
    })
    if (progress !== undefined) created.setProgressBar(progress)
    load(created, screen)
    return created
  }

  return {
    open(screen) {
      if (window === undefined) {
        window = create(screen ?? '/')
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      if (screen !== undefined) load(window, screen)
    },
    showProgress(fraction) {
      if (fraction === progress) return
      progress = fraction
      window?.setProgressBar(fraction ?? NO_PROGRESS)
    },
    close() {
      window?.destroy()
    },
  }
}

function newWindow({ electron, preload, icon, recall }: MainWindowOptions): WindowApi {
  const areas = electron.screen.getAllDisplays().map((display) => display.workArea)
  const { isMaximized, ...place } = placeWindow(recall(), areas)
  const window = new electron.BrowserWindow({
    ...place,
    minWidth: WINDOW_SIZE_MIN.width,
    minHeight: WINDOW_SIZE_MIN.height,
    title: 'Meshwork',
    icon,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !electron.app.isPackaged,
    },
  })
  if (isMaximized) window.maximize()
  return window
}

function load(window: WindowApi, screen: string): void {
  // A load that another one overtakes is rejected; a page that cannot be loaded shows that itself.
  window.loadURL(`${PAGE_URL}#${screen}`).catch(() => undefined)
}
