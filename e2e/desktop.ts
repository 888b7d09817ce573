import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication } from '@playwright/test'
import { electronObstacle } from '../src-main/shell/electron-obstacle.ts'
import { packageFolder } from './node-program.ts'
import { PEER_NETWORK } from './peer.ts'

const SHELL = join(import.meta.dirname, '../out/shell')

/** Electron's program, or why the desktop cannot be tried on this machine. */
export function findElectron(): { readonly path: string } | { readonly missing: string } {
  const obstacle = electronObstacle({
    platform: process.platform,
    env: process.env,
    isRoot: process.getuid?.() === 0,
  })
  if (obstacle !== undefined) return { missing: obstacle }
  const folder = packageFolder('electron')
  const note = join(folder, 'path.txt')
  const path = existsSync(note) ? join(folder, 'dist', readFileSync(note, 'utf8')) : undefined
  return path !== undefined && existsSync(path) ? { path } : { missing: 'Electron’s runtime is not here' }
}

/** The desktop program on a data folder whose peer does not run; it starts the peer itself. */
export function launchDesktop(executablePath: string, folder: string): Promise<ElectronApplication> {
  return _electron.launch({
    executablePath,
    args: [SHELL, '--data', folder, ...PEER_NETWORK],
    env: { ...process.env, MESHWORK_NODE: process.execPath, TZ: 'Europe/Berlin' },
    locale: 'en-GB',
  })
}
