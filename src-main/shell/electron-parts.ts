import type * as Electron from 'electron'

/**
 * Exactly what the shell uses of Electron, handed in by the program's entry. Checked against Electron's own types there,
 * so that the tests' recording double has nothing that Electron has not.
 */
export interface ElectronParts {
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
  readonly session: { readonly defaultSession: SessionParts }
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
  readonly nativeImage: Pick<typeof Electron.nativeImage, 'createFromPath'>
  readonly Tray: new (image: Electron.NativeImage) => TrayParts
  readonly Notification: NotificationParts
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => WindowParts
  readonly MessageChannelMain: new () => Pick<Electron.MessageChannelMain, 'port1' | 'port2'>
}

/** Of the session that pages live in. */
export type SessionParts = Pick<
  Electron.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
>

/** Of the icon in the tray. */
export type TrayParts = Pick<Electron.Tray, 'setImage' | 'setToolTip' | 'setContextMenu' | 'on' | 'destroy'>

/** Of native notifications. */
export interface NotificationParts {
  new (options: Electron.NotificationConstructorOptions): Pick<Electron.Notification, 'on' | 'show'>
  isSupported(): boolean
}

/** Of a window. */
export type WindowParts = Pick<
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
  | 'destroy'
> & { readonly webContents: ContentsParts }

/** Of the page inside a window. */
export type ContentsParts = Pick<Electron.WebContents, 'on' | 'setWindowOpenHandler' | 'reload' | 'id'>
