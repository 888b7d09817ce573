import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
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
  /** Everything it says, unparsed. */
  readonly onMessage: (message: unknown) => void
  /** Called once when it is gone, with a line that says how. */
  readonly onExit: (reason: string) => void
}

/** Starts a compute host; Electron has another way of it. @throws when the process cannot be started */
export type SpawnHost = (spawn: HostSpawn) => HostProcess

/** What is kept of a dying host's last words. */
const LAST_WORDS_CHARS_MAX = 2_000

/** Starts `host.ts` as a child of Node under its permission model. */
export const forkHost: SpawnHost = (spawn) => {
  const child = fork(fileURLToPath(new URL('host.ts', import.meta.url)), [], {
    execArgv: [
      '--permission',
      '--allow-worker',
      ...spawn.readable.map((path) => `--allow-fs-read=${path}`),
      `--allow-fs-read=${spawn.writable}`,
      `--allow-fs-write=${spawn.writable}`,
      '--no-warnings',
    ],
    env: {},
    // Node lets worker threads read whatever lies below the working folder, whatever the permissions say (24.21).
    cwd: spawn.writable,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let lastWords = ''
  let isGone = false
  const gone = (reason: string) => {
    if (isGone) return
    isGone = true
    spawn.onExit(lastWords === '' ? reason : `${reason}: ${lastWords.trim()}`)
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
