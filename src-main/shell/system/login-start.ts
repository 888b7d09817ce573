import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as Electron from 'electron'

/** With this argument the program starts without opening its window. */
export const HIDDEN_ARGUMENT = '--hidden'

/** The file of the XDG Autostart specification. */
const AUTOSTART_FILE = 'meshwork.desktop'

/** The program and the system that starting at login depends on. */
export interface LoginStart {
  readonly app: Pick<Electron.App, 'setLoginItemSettings'>
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** The program that runs. */
  readonly execPath: string
}

/** Makes the program start, without its window, whenever the user logs in; or no longer. */
export async function setLoginStart(on: boolean, start: LoginStart): Promise<void> {
  if (start.platform !== 'linux') {
    start.app.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN_ARGUMENT] })
    return
  }
  const folder = join(configFolder(start), 'autostart')
  const path = join(folder, AUTOSTART_FILE)
  if (!on) {
    await rm(path, { force: true })
    return
  }
  await mkdir(folder, { recursive: true })
  // An AppImage runs from a place that is gone after it ends, and says where it is itself.
  await writeFile(path, autostartEntry(start.env['APPIMAGE'] ?? start.execPath))
}

/** The XDG base directory specification: a path that is not absolute is to be ignored. */
function configFolder({ env, home }: LoginStart): string {
  const base = env['XDG_CONFIG_HOME']
  return base?.startsWith('/') === true ? base : join(home, '.config')
}

function autostartEntry(program: string): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Meshwork',
    `Exec=${quoted(program)} ${HIDDEN_ARGUMENT}`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/**
 * An argument of the Exec key of the Desktop Entry specification: reserved characters are escaped inside quotes, then once
 * more as every string of the file is, and a percent sign stands for itself when doubled.
 */
function quoted(argument: string): string {
  const inQuotes = argument.replace(/["`$\\]/g, (character) => `\\${character}`)
  return `"${inQuotes.replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`
}
