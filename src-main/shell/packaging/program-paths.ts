import { join } from 'node:path'
import { UPDATE_SOURCE } from './updates.ts'

/** Where the parts of the program are. */
export interface ProgramPaths {
  /** The Node that the peer runs on. */
  readonly node: string
  /** The peer's program. */
  readonly peer: string
  /** The built user interface. */
  readonly userInterface: string
  readonly preload: string
  /** The folder of icons. */
  readonly icons: string
  /** Where updates come from. */
  readonly updateSource: string
}

/** The facts that tell where they are. */
export interface ProgramPlace {
  readonly isPackaged: boolean
  /** The shell's own folder, inside the archive of a packaged program. */
  readonly appPath: string
  /** Where a packaged program has what Electron does not run. */
  readonly resourcesPath: string
  readonly platform: NodeJS.Platform
  /** The Node that started an unpackaged program. */
  readonly startedBy: string | undefined
}

/** The parts' places in a packaged program, or in the repository: there the shell is built into `out/shell`. */
export function programPaths(place: ProgramPlace): ProgramPaths {
  const { appPath, resourcesPath } = place
  const own = {
    userInterface: join(appPath, 'renderer'),
    preload: join(appPath, 'preload.cjs'),
    icons: join(appPath, 'icons'),
    updateSource: join(appPath, UPDATE_SOURCE),
  }
  if (place.isPackaged) {
    const node = place.platform === 'win32' ? 'node.exe' : 'node'
    return {
      ...own,
      node: join(resourcesPath, 'node', node),
      peer: join(resourcesPath, 'peer', 'src-main', 'shell', 'peer', 'peer-process.js'),
    }
  }
  return {
    ...own,
    node: place.startedBy ?? 'node',
    peer: join(appPath, '..', '..', 'src-main', 'shell', 'peer', 'peer-process.ts'),
  }
}
