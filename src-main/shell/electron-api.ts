import type * as Electron from 'electron'

/**
 * Exactly what the shell uses of Electron, handed in by the program's entry. Checked against Electron's own types there,
 * so that the tests' recording double has nothing that Electron has not.
 */
export interface ElectronApi {
  readonly app: Pick<
    Electron.App,
    | 'on'
    | 'whenReady'
    | 'requestSingleInstanceLock'
    | 'setAsDefaultProtocolClient'
    | 'setLoginItemSettings'
    | 'setAppUserModelId'
    | 'enableSandbox'
    | 'getAppPath'
    | 'setPath'
    | 'getPreferredSystemLanguages'
    | 'isPackaged'
    | 'quit'
  >
  readonly protocol: Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>
  readonly session: { readonly defaultSession: SessionApi }
  readonly ipcMain: Pick<Electron.IpcMain, 'on'>
  readonly shell: Pick<Electron.Shell, 'openExternal'>
  readonly screen: Pick<Electron.Screen, 'getAllDisplays'>
  readonly dialog: Pick<Electron.Dialog, 'showMessageBox' | 'showErrorBox'>
  readonly net: Pick<Electron.Net, 'isOnline'>
  readonly powerMonitor: Pick<Electron.PowerMonitor, 'getSystemIdleTime' | 'isOnBatteryPower' | 'on'>
  readonly safeStorage: Pick<
    Electron.SafeStorage,
    'isAsyncEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptStringAsync' | 'decryptStringAsync'
  >
  readonly Menu: Pick<typeof Electron.Menu, 'buildFromTemplate' | 'setApplicationMenu'>
  readonly nativeImage: Pick<typeof Electron.nativeImage, 'createFromPath' | 'createFromBitmap'>
  readonly Tray: new (image: Electron.NativeImage) => TrayApi
  readonly Notification: NotificationApi
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => WindowApi
  readonly MessageChannelMain: new () => Pick<Electron.MessageChannelMain, 'port1' | 'port2'>
}

/** Of the session that pages live in. */
export type SessionApi = Pick<
  Electron.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
>

/** Of the icon in the tray. */
export type TrayApi = Pick<Electron.Tray, 'setImage' | 'setToolTip' | 'setContextMenu' | 'on' | 'destroy'>

/** Of native notifications. */
export interface NotificationApi {
  new (options: Electron.NotificationConstructorOptions): Pick<Electron.Notification, 'on' | 'show'>
  isSupported(): boolean
}

/** Of a window. */
export type WindowApi = Pick<
  Electron.BrowserWindow,
  | 'on'
  | 'once'
  | 'show'
  | 'focus'
  | 'restore'
  | 'maximize'
  | 'isMinimized'
  | 'isMaximized'
  | 'getNormalBounds'
  | 'loadURL'
  | 'setProgressBar'
  | 'destroy'
> & { readonly webContents: ContentsApi }

/** Of the page inside a window. */
export type ContentsApi = Pick<Electron.WebContents, 'on' | 'setWindowOpenHandler' | 'reload' | 'id'>
