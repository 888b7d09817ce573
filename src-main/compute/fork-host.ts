import { fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { boundedCommand, type HostBounds } from './host-bounds.ts'
import type { HostInput } from './input.ts'

/** A compute host that runs. */
export interface HostProcess {
  readonly pid: number | undefined
  send(input: HostInput): void
  /** Ends the host, whatever it does. There is nothing in it that anybody will want again. */
  kill(): void
}

/** What a host may touch and who hears of it. */
export interface HostSpawn {
  /** Files and folders that it may read; nothing else. */
  readonly readable: readonly string[]
  /** The folder it may write into and works in. */
  readonly writable: string
  /** What the operating system is to hold it to, as far as it can. */
  readonly bounds: HostBounds
  /** Everything it says, unparsed. */
  readonly onMessage: (message: unknown) => void
  /** Called once when it is gone. */
  readonly onExit: (end: HostEnd) => void
}

/** How a host process ended. */
export interface HostEnd {
  /** One line. */
  readonly reason: string
  /** Whether it had used up its processor time, which is nobody's fault. */
  readonly isSpent: boolean
}

/** Starts a compute host; Electron has another way of it. @throws when the process cannot be started */
export type SpawnHost = (spawn: HostSpawn) => HostProcess

/** What is kept of a dying host's last words. */
const LAST_WORDS_CHARS_MAX = 2_000

/** The system's way to end a process that used up its processor time. */
const SPENT_SIGNAL = 'SIGXCPU'

/**
 * Starts `host.ts` as a child of Node under its permission model, within its bounds and with low priority: whoever
 * works at this machine comes first.
 */
export const forkHost: SpawnHost = (spawn) => {
  const command = boundedCommand(process.execPath, spawn.bounds)
  const child = fork(fileURLToPath(new URL('host.ts', import.meta.url)), [], {
    execPath: command.file,
    execArgv: [
      ...command.leading,
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
  lowerPriority(child.pid)
  let lastWords = ''
  let isGone = false
  const gone = (reason: string) => {
    if (isGone) return
    isGone = true
    const isSpent = reason === SPENT_SIGNAL
    spawn.onExit({ reason: lastWords === '' ? reason : `${reason}: ${lastWords.trim()}`, isSpent })
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARS_MAX)
  })
  child.on('message', (message: unknown) => {
    if (!isGone) spawn.onMessage(message)
  })
  child.on('error', (error) => gone(error.message))
  // Not 'exit': what the host said before it died has been read by then, too.
  child.on('close', (code, signal) => gone(signal ?? `exit code ${code ?? 0}`))
  return {
    pid: child.pid,
    send: (input) => {
      // A host that is gone is heard of through 'close'; the error of writing to it says nothing more.
      if (child.connected) child.send(input, () => undefined)
    },
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}

/** For a process that has hardly begun: the threads that it will start have its priority. */
function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It ended already, which is heard of elsewhere, or the system has its own mind.
  }
}
