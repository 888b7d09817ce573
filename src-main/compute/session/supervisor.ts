import type { Clock } from '../../ports/clock.ts'
import { faultOf } from '../../protocol/fault.ts'
import type { HostProcess, HostSpawn, SpawnHost } from '../host/fork-host.ts'
import { hostBounds } from '../host/host-bounds.ts'
import type { HostEnd } from '../host/host-end.ts'
import type { HostInput } from '../messages/input.ts'
import { HostOutput } from '../messages/output.ts'
import type { Wall } from '../host/wall.ts'

/** The first pause after a host died; each further death in a row doubles it. */
const PAUSE_MS_MIN = 50
/** The longest pause between two hosts. */
const PAUSE_MS_MAX = 5_000
/** A host that has not said that it is ready by then has failed: it takes a tenth of a second, seconds under load. */
const START_WITHIN_MS = 30_000

type Configuration = Omit<Extract<HostInput, { kind: 'configure' }>, 'kind' | 'workers' | 'filePrefix'>

/** Results and progress of tasks, as a host reports them. */
export type HostReport = Exclude<HostOutput, { kind: 'ready' | 'retiring' }>

/** How hosts are started. */
export interface SupervisorSettings {
  readonly clock: Clock
  readonly spawnHost: SpawnHost
  /** Files and folders that a host may read. */
  readonly readable: readonly string[]
  readonly wall: Wall
  readonly configuration: Configuration
}

/** How hosts are started, and who hears of them. */
export interface SupervisorOptions extends SupervisorSettings {
  readonly workers: () => number
  /** A host is ready, or one may be started again after a pause. */
  readonly onReady: () => void
  readonly onOutput: (output: HostReport) => void
  /** The host died, and with it the tasks that ran there; called before another is started. Not called after `rest`. */
  readonly onLost: (loss: HostLoss) => void
}

/** How a host came to its end. */
export interface HostLoss {
  readonly reason: string
  /** Whether its tasks may have been the cause. */
  readonly blame: boolean
  /** Whether its workers held too much memory, or the system gave it no more. */
  readonly lacksMemory: boolean
  /** Hosts in a row that ended without one result, or without getting ready. */
  readonly deathsInRow: number
  /** Whether it had got ready. */
  readonly wasReady: boolean
  /** Its files in the staging folder begin with this. */
  readonly filePrefix: string
}

/** A host from its start to its end. */
interface Living {
  readonly filePrefix: string
  /** Absent for the moment of starting it. */
  process?: HostProcess
  wasReady: boolean
  /** Why it ends, when its end is not a surprise. */
  ending?: { readonly reason: string; readonly blame: boolean; readonly kind?: 'retiring' }
  readonly gone: PromiseWithResolvers<undefined>
}

/** Where the one host is. */
type State =
  | { readonly kind: 'down' }
  | { readonly kind: 'starting' | 'ready'; readonly host: Living }
  | { readonly kind: 'pausing'; readonly endPause: () => void }

/** Keeps at most one compute host alive, as long as it is wanted. */
export interface Supervisor {
  /** Starts a host unless there is one or a pause is on; `onReady` follows. */
  wake(): void
  /** The process id of a host that takes messages. */
  pid(): number | undefined
  /** Hosts in a row that ended without one result, or without getting ready. */
  deathsInRow(): number
  /** Whether the host takes messages. */
  isReady(): boolean
  /** Sends to a host that is ready; otherwise the message is dropped. */
  send(input: HostInput): void
  /** Resets the restart back-off. */
  resetBackOff(): void
  /** Kills the host; another follows if it is wanted. */
  replace(reason: string): void
  /** Lets the host go, for now. Resolves when it is gone. */
  rest(): Promise<void>
}

/** A supervisor without a host yet. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { clock } = options
  let state: State = { kind: 'down' }
  let generation = 0
  let deathsInRow = 0

  function start(): void {
    const filePrefix = `host${++generation}`
    const host: Living = { filePrefix, wasReady: false, gone: Promise.withResolvers<undefined>() }
    state = { kind: 'starting', host }
    const workers = options.workers()
    try {
      host.process = options.spawnHost({
        ...spawnOf(options, workers),
        onMessage: (message) => hear(host, message),
        onExit: (end) => lose(host, end),
      })
    } catch (error) {
      lose(host, { reason: faultOf(error, 'runner-lost').message, cause: 'unknown' })
      return
    }
    host.process.send({ kind: 'configure', ...options.configuration, filePrefix, workers })
    const endWait = clock.after(START_WITHIN_MS, () => !host.wasReady && host.process?.kill())
    void host.gone.promise.then(endWait)
  }

  function hear(host: Living, message: unknown): void {
    const parsed = HostOutput.safeParse(message)
    if (!parsed.success) {
      // This was not said by the host that we started: nothing more is taken from it.
      return letGo(host, { reason: `the compute host said nonsense: ${parsed.error.message}`, blame: true })
    }
    const output = parsed.data
    if (output.kind === 'ready') ready(host)
    else if (output.kind === 'retiring') host.ending ??= output
    else options.onOutput(output)
  }

  function ready(host: Living): void {
    host.wasReady = true
    if (state.kind !== 'starting' || state.host !== host) return // let go meanwhile
    state = { kind: 'ready', host }
    // It was configured with as many as there were when it started.
    host.process?.send({ kind: 'workers', workers: options.workers() })
    options.onReady()
  }

  function lose(host: Living, end: HostEnd): void {
    host.gone.resolve(undefined)
    // A host that was let go had no tasks any longer; another may live already.
    if ((state.kind !== 'starting' && state.kind !== 'ready') || state.host !== host) return
    deathsInRow++
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** (deathsInRow - 1))
    const endPause = clock.after(pauseMs, () => {
      state = { kind: 'down' }
      options.onReady()
    })
    state = { kind: 'pausing', endPause }
    options.onLost(lossOf(host, end, deathsInRow))
  }

  return {
    wake: () => {
      if (state.kind === 'down') start()
    },
    pid: () => (state.kind === 'ready' ? state.host.process?.pid : undefined),
    deathsInRow: () => deathsInRow,
    isReady: () => state.kind === 'ready',
    send: (input) => {
      if (state.kind === 'ready') state.host.process?.send(input)
    },
    resetBackOff: () => {
      deathsInRow = 0
    },
    replace: (reason) => {
      if (state.kind === 'ready') letGo(state.host, { reason, blame: false })
    },
    rest: async () => {
      if (state.kind === 'pausing') state.endPause()
      const host = state.kind === 'starting' || state.kind === 'ready' ? state.host : undefined
      state = { kind: 'down' }
      deathsInRow = 0
      if (host === undefined) return
      letGo(host, { reason: 'not needed any longer', blame: false })
      await host.gone.promise
    },
  }
}

/** How a host is started with so many workers, but for its listeners. */
function spawnOf(
  { readable, wall, configuration }: SupervisorSettings,
  workers: number,
): Omit<HostSpawn, 'onMessage' | 'onExit'> {
  return { readable, wall, writable: configuration.staging, bounds: hostBounds(workers) }
}

/** Kills a host, for a reason of ours unless it has one of its own. */
function letGo(host: Living, ending: NonNullable<Living['ending']>): void {
  host.ending ??= ending
  host.process?.kill()
}

function lossOf(
  { ending, wasReady, filePrefix }: Living,
  { reason, cause }: HostEnd,
  deathsInRow: number,
): HostLoss {
  return {
    reason: ending === undefined ? reason : `${ending.reason} (${reason})`,
    blame: ending?.blame ?? (wasReady && cause !== 'time-spent'),
    lacksMemory: ending === undefined ? cause === 'no-memory' : ending.kind === 'retiring' && ending.blame,
    ...{ deathsInRow, wasReady, filePrefix },
  }
}
