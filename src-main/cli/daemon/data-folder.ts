import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { refuse } from '../../protocol/fault.ts'

/** The platform's facts about where programs keep their data. */
export interface PlatformFolders {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** This machine's. */
export function platformFolders(): PlatformFolders {
  return { platform: process.platform, home: homeFolder(), env: process.env }
}

/** @throws FaultError `bad-input` for a user whom the system knows no home of */
function homeFolder(): string {
  try {
    return homedir()
  } catch (error) {
    return refuse('bad-input', 'this user has no home folder: name the data folder with --data', error)
  }
}

/**
 * The data folder that is used when none is named: the XDG base directory on Linux and the like, Application
 * Support on macOS, local application data on Windows.
 */
export function defaultDataFolder({ platform, home, env }: PlatformFolders): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Meshwork')
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Meshwork')
  const base = env['XDG_DATA_HOME']
  // The XDG specification: a path that is not absolute is to be ignored.
  return join(base?.startsWith('/') === true ? base : join(home, '.local', 'share'), 'meshwork')
}

/** The folder that a command works on. @throws FaultError `bad-input` for a name that is empty */
export function dataFolder(named: string | undefined): string {
  if (named === '') refuse('bad-input', '--data: a folder, please; it is empty')
  return resolve(named ?? defaultDataFolder(platformFolders()))
}
