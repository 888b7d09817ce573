import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import type { ElectronApi } from '../electron-api.ts'
import type { MenuEntry, TrayCommand } from './tray-menu.ts'
import { PROGRESS_PIXELS, progressBitmap, progressStep } from './progress-image.ts'
import { trayImageFile, type TrayState } from './tray-state.ts'

/** The icon's image, its tooltip and its menu. */
export interface TrayView {
  readonly state: TrayState
  /** How far the newest own job is, 0 to 1: then the icon is a ring. Absent while none runs. */
  readonly fraction?: number
  /** The sentence about now. */
  readonly tooltip: string
  readonly entries: readonly MenuEntry[]
}

/** The icon in the tray. */
export interface TrayIcon {
  /** Shows this view. Replaces only what has changed, since an open menu closes when it is replaced. */
  show(view: TrayView): void
  destroy(): void
}

/** Electron, the images and the listener of the icon. */
export interface TrayOptions {
  readonly electron: Pick<ElectronApi, 'Tray' | 'Menu' | 'nativeImage'>
  readonly platform: NodeJS.Platform
  /** The folder of the icon's images. */
  readonly images: string
  readonly perform: (command: TrayCommand) => void
}

/** Puts the icon into the tray. */
export function createTrayIcon({ electron, platform, images, perform }: TrayOptions): TrayIcon {
  const imageOf = (state: TrayState) =>
    electron.nativeImage.createFromPath(join(images, trayImageFile(state, platform)))
  const ringOf = (step: number) => {
    const isTemplate = platform === 'darwin'
    const size = { width: PROGRESS_PIXELS, height: PROGRESS_PIXELS }
    const image = electron.nativeImage.createFromBitmap(progressBitmap(step, isTemplate), {
      ...size,
      scaleFactor: 2,
    })
    image.setTemplateImage(isTemplate)
    return image
  }
  const tray = new electron.Tray(imageOf('sharing'))
  // On macOS a click opens the menu, as it does everywhere in its menu bar.
  if (platform !== 'darwin') tray.on('click', () => perform({ kind: 'open' }))
  let shown: { image: string; tooltip: string; menu: string } | undefined
  return {
    show({ state, fraction, tooltip, entries }) {
      const menu = JSON.stringify(entries)
      // What needs the user's attention is not hidden by a ring.
      const isCalm = state === 'working' || state === 'sharing'
      const step = fraction === undefined || !isCalm ? undefined : progressStep(fraction)
      const image = step === undefined ? state : `ring ${step}`
      if (image !== shown?.image) tray.setImage(step === undefined ? imageOf(state) : ringOf(step))
      if (tooltip !== shown?.tooltip) tray.setToolTip(tooltip)
      if (menu !== shown?.menu) {
        tray.setContextMenu(electron.Menu.buildFromTemplate(entries.map((entry) => itemOf(entry, perform))))
      }
      shown = { image, tooltip, menu }
    },
    destroy: () => tray.destroy(),
  }
}

function itemOf(entry: MenuEntry, perform: TrayOptions['perform']): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'line':
      return { type: 'separator' }
    case 'text':
      return { label: shown(entry.label), enabled: false }
    case 'submenu':
      return { label: shown(entry.label), submenu: entry.entries.map((inner) => itemOf(inner, perform)) }
    case 'command': {
      const { label, command, checked } = entry
      const check = checked === undefined ? {} : ({ type: 'checkbox', checked } as const)
      return { label: shown(label), click: () => perform(command), ...check }
    }
  }
}

/** In a menu's label `&` marks the next letter, and names of people may have one. */
function shown(label: string): string {
  return label.replaceAll('&', '&&')
}
