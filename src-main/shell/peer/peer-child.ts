import type { ChildProcess } from 'node:child_process'
import type { Endpoint } from '../../api/transport/endpoint-file.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyKeeper } from '../../ports/key-keeper.ts'
import type { MachineSample } from '../../protocol/machine-sample.ts'
import { ToShell, type ToPeer } from './peer-message.ts'

/** A peer that died is started again after this … */
const RESTART_AFTER_MS = 2_000
/** … so often, unless it ran well for a while in between: a cause that kills it at once kills it again. */
const RESTARTS_MAX = 3
const RAN_WELL_MS = 60_000
/** How often the peer hears what the machine is doing. */
const SAMPLE_EVERY_MS = 5_000
/** A peer that does not end by then is killed; it ends itself a little earlier. */
const KILL_AFTER_MS = 12_000

/** The part of a child process that is used here. */
export type PeerProcess = Pick<ChildProcess, 'on' | 'send' | 'kill' | 'connected'>

/** Where a peer is reached. */
export interface PeerNetwork {
  /** Multiaddresses to listen at; anywhere when absent. */
  readonly listen?: readonly string[]
  /** Whether to find peers in the local network. */
  readonly mdns: boolean
}

/** The program, the machine and the listeners of a peer's process. */
export interface PeerChildOptions {
  /** Starts the program `peer-process.ts`. */
  readonly spawn: () => PeerProcess
  readonly clock: Clock
  /** The data folder. */
  readonly data: string
  readonly network: PeerNetwork
  /** Absent where the system has none. */
  readonly keychain: KeyKeeper | undefined
  readonly sample: () => Pick<MachineSample, 'idle_s' | 'on_battery'>
  /** It answers there; again after a restart. */
  readonly onReady: (endpoint: Pick<Endpoint, 'url' | 'token'>) => void
  /** It is gone, and is started again. */
  readonly onLost: () => void
  /** It cannot run: one clear line. Said once. */
  readonly onFailed: (message: string) => void
  /** Its user asked it to stop. */
  readonly onStopRequested: () => void
}

/** The peer process, kept running. */
export interface PeerChild {
  /** Resolves when it has ended; it is not started again. */
  stop(): Promise<void>
}

type State = 'starting' | 'running' | 'failed' | 'stopping'

/** Runs the peer in a process of its own, and starts it again if it dies. Its journal survives that by design. */
export function startPeerChild(options: PeerChildOptions): PeerChild {
  const { clock } = options
  let child: PeerProcess | undefined
  let state: State = 'starting'
  let restarts = 0
  let lastWords: string | undefined
  let endRestart: (() => void) | undefined
  let endSampling: (() => void) | undefined
  const ended = Promise.withResolvers<undefined>()

  function start(): void {
    const startedMs = clock.nowMs()
    const process = options.spawn()
    child = process
    state = 'starting'
    lastWords = undefined
    process.on('message', (message: unknown) => {
      const parsed = ToShell.safeParse(message)
      if (parsed.success) hear(process, parsed.data)
    })
    onceGone(process, (reason) => lost(reason, clock.nowMs() - startedMs))
    tell(process, startMessage(options))
    endSampling = keepSampling(process, options)
  }

  function hear(process: PeerProcess, message: ToShell): void {
    switch (message.kind) {
      case 'ready':
        if (state === 'starting') state = 'running'
        options.onReady({ url: message.url, token: message.token })
        return
      case 'failed':
        lastWords = message.message
        return
      case 'stop-requested':
        options.onStopRequested()
        return
      case 'seal':
      case 'open':
        void answerWithKeychain(process, options.keychain, message)
        return
    }
  }

  function lost(reason: string, ranMs: number): void {
    const wasRunning = state === 'running'
    child = undefined
    endSampling?.()
    if (state === 'stopping') {
      ended.resolve(undefined)
      return
    }
    if (ranMs >= RAN_WELL_MS) restarts = 0
    // A peer that fails before it ever answered says why, and would say it again.
    if (restarts >= RESTARTS_MAX || (!wasRunning && lastWords !== undefined)) {
      state = 'failed'
      options.onFailed(lastWords ?? `the peer ended: ${reason}`)
      return
    }
    restarts++
    options.onLost()
    endRestart = clock.after(RESTART_AFTER_MS, start)
  }

  start()
  return {
    async stop() {
      state = 'stopping'
      endRestart?.()
      if (child === undefined) return
      const dying = child
      tell(dying, { kind: 'stop' })
      const endKill = clock.after(KILL_AFTER_MS, () => dying.kill('SIGKILL'))
      await ended.promise
      endKill()
    },
  }
}

/** Tells once why a process is gone: it could not be started, or it ended. */
function onceGone(process: PeerProcess, gone: (reason: string) => void): void {
  let isGone = false
  const once = (reason: string): void => {
    if (isGone) return
    isGone = true
    gone(reason)
  }
  process.on('error', (error) => once(error.message))
  process.on('exit', (code, signal) => once(signal ?? `exit code ${code ?? 0}`))
}

function startMessage({ data, network: { listen, mdns }, keychain }: PeerChildOptions): ToPeer {
  return {
    kind: 'start',
    data,
    ...(listen === undefined ? {} : { listen: [...listen] }),
    mdns,
    has_keychain: keychain !== undefined,
  }
}

/** Tells the peer again and again what its machine is doing. @returns ends it */
function keepSampling(
  process: PeerProcess,
  { clock, sample }: Pick<PeerChildOptions, 'clock' | 'sample'>,
): () => void {
  let endTimer: () => void
  const again = (): void => {
    tell(process, { kind: 'machine', ...sample() })
    endTimer = clock.after(SAMPLE_EVERY_MS, again)
  }
  again()
  return () => endTimer()
}

/** Seals or opens a secret for the peer; the answer has no bytes where the keychain refused. */
async function answerWithKeychain(
  process: PeerProcess,
  keychain: KeyKeeper | undefined,
  { kind, id, bytes }: Extract<ToShell, { kind: 'seal' | 'open' }>,
): Promise<void> {
  try {
    const secret = await keychain?.[kind](new Uint8Array(Buffer.from(bytes, 'base64')))
    const text = secret === undefined ? {} : { bytes: Buffer.from(secret).toString('base64') }
    tell(process, { kind: 'secret', id, ...text })
  } catch {
    // Why is for the keychain to show to its user; the peer says that it was refused.
    tell(process, { kind: 'secret', id })
  }
}

/** To a process that may be gone: that is heard of elsewhere. */
function tell(process: PeerProcess, message: ToPeer): void {
  if (process.connected) process.send(message, () => undefined)
}
