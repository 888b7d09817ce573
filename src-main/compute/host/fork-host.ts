import { fork } from 'node:child_process'
import { constants, getPriority, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { boundedCommand, type HostBounds } from './host-bounds.ts'
import { hostEnd, type HostEnd } from './host-end.ts'
import type { HostInput } from '../messages/input.ts'
import { innermostProcess, killOrphans, killProcess, signalBehind, walledCommand, type Wall } from './wall.ts'

/** A compute host that runs. */
export interface HostProcess {
  /** The host's own, behind whatever stands around it. */
  readonly pid: number | undefined
  send(input: HostInput): void
  /** Ends the host, whatever it does. It holds nothing that is needed again. */
  kill(): void
}

/** The files that a host may touch, its bounds, and its listeners. */
export interface HostSpawn {
  /** Files and folders that it may read; nothing else. */
  readonly readable: readonly string[]
  /** The folder it may write into and works in. */
  readonly writable: string
  /** Bounds that the operating system sets it, as far as it can. */
  readonly bounds: HostBounds
  readonly wall: Wall
  /** Everything it says, unparsed. */
  readonly onMessage: (message: unknown) => void
  /** Called once when it is gone. */
  readonly onExit: (end: HostEnd) => void
}

/** Starts a compute host; Electron has another way of it. @throws when the process cannot be started */
export type SpawnHost = (spawn: HostSpawn) => HostProcess

/** Characters that are kept of a dying host's standard error: a native stack of a dozen long paths follows the reason. */
const LAST_WORDS_CHARS_MAX = 8_000

/** How long a host that is not wanted any longer may take to say that it is ready: a tenth of a second, alone. */
const FIRST_WORD_WITHIN_MS = 10_000

/** How long what a host said last may take to be read when it has ended: as long as no other process holds its pipes. */
const LAST_WORDS_WITHIN_MS = 2_000

/**
 * Starts `host.ts` as a child of Node under its permission model, behind a wall where there is one, within its bounds
 * and with low priority: the user's own programs come first.
 */
export const forkHost: SpawnHost = (spawn) => {
  const walled = walledCommand(spawn.wall, process.execPath, spawn)
  const command = boundedCommand(walled.file, spawn.bounds)
  const child = fork(fileURLToPath(new URL('host.ts', import.meta.url)), [], {
    execPath: command.file,
    execArgv: [
      ...command.leading,
      ...walled.leading,
      '--permission',
      '--allow-worker',
      ...spawn.readable.map((path) => `--allow-fs-read=${path}`),
      `--allow-fs-read=${spawn.writable}`,
      `--allow-fs-write=${spawn.writable}`,
      `--v8-pool-size=${spawn.bounds.helperThreads}`,
      '--no-warnings',
    ],
    env: {},
    // Node lets worker threads read whatever lies below the working folder, whatever the permissions say (24.21).
    cwd: spawn.writable,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  /** Known for certain when the host has said something: the shell and the wall have become it by then. */
  let pid = spawn.wall.kind === 'none' ? child.pid : undefined
  let lastWords = ''
  let isGone = false
  let isUnwanted = false
  const end = (): void => {
    // The host itself, so that the wall ends after it and leaves nothing behind.
    if (!isGone && pid !== undefined && pid !== child.pid) killProcess(pid)
    else child.kill('SIGKILL')
  }
  const kill = (): void => {
    if (isUnwanted || pid !== undefined || isGone) return end()
    // Bubblewrap that is killed while it builds leaves half of itself waiting: the host is ended at its first word.
    isUnwanted = true
    setTimeout(end, FIRST_WORD_WITHIN_MS).unref()
  }
  const gone = (how: string) => {
    if (isGone) return
    isGone = true
    spawn.onExit(hostEnd(how, lastWords))
  }
  const ended = (code: number | null, signal: NodeJS.Signals | null): void =>
    gone(signal ?? signalBehind(spawn.wall, code) ?? `exit code ${code ?? 0}`)
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARS_MAX)
  })
  child.on('message', (message: unknown) => {
    if (isGone) return
    pid ??= innermostProcess(spawn.wall, child.pid)
    if (isUnwanted) end()
    else spawn.onMessage(message)
  })
  child.once('message', () => lowerPriority(pid))
  child.on('error', (error) => gone(error.message))
  child.on('exit', (code, signal) => {
    // Of bubblewrap that was killed while it builds half is left, and holds the pipes: 'close' would never come.
    setTimeout(() => {
      if (isGone) return
      killOrphans(spawn.wall, spawn.writable)
      ended(code, signal)
    }, LAST_WORDS_WITHIN_MS)
  })
  // Not 'exit': what the host said before it died has been read by then, too.
  child.on('close', ended)
  return {
    get pid() {
      return pid ?? child.pid
    },
    send: (input) => {
      // A host that is gone is heard of through 'close'; the error of writing to it says nothing more.
      if (child.connected) child.send(input, () => undefined)
    },
    kill,
  }
}

/** For a host that has not begun a unit, where no `nice` did it: threads that it starts from now on have its priority. */
function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return
  const low = constants.priority.PRIORITY_BELOW_NORMAL
  try {
    if (getPriority(pid) < low) setPriority(pid, low)
  } catch {
    // It ended already, which is heard of elsewhere, or the system does not allow it.
  }
}
