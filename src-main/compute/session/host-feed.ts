import { realpathSync } from 'node:fs'
import type { Clock } from '../../ports/clock.ts'
import { batchMessage } from './batch-message.ts'
import { codePaths } from '../host/code-paths.ts'
import { isIdle, takeBatch, type Dispatch } from './dispatch.ts'
import { createDutyCycle } from './duty-cycle.ts'
import type { SpawnHost } from '../host/fork-host.ts'
import { createSilenceWatch } from './host-silence.ts'
import { createIdleWait } from './idle-wait.ts'
import type { TaskKey } from '../messages/input.ts'
import { createSupervisor, type HostLoss, type HostReport, type SupervisorSettings } from './supervisor.ts'
import type { Wall } from '../host/wall.ts'

/** The folders, limits and adapters of a feed. */
export interface FeedOptions {
  readonly clock: Clock
  readonly spawnHost: SpawnHost
  readonly wall: Wall
  readonly registry: string
  readonly staging: string
  readonly blobFolder: string
  readonly workers: number
  readonly idleMs: number
  readonly heapBytesMax: number
}

/** Who hears of the host. */
export interface FeedListener {
  readonly onReport: (report: HostReport) => void
  /** The host died, and with it the tasks that ran there. */
  readonly onLost: (loss: HostLoss) => void
  /** There was nothing to do for `idleMs`. */
  readonly onIdle: () => void
}

/** Gives the tasks that wait to a host, as many as it can take. */
export interface HostFeed {
  /** Gives the host what it can take; to be called when tasks were added or removed. */
  pump(): void
  /** Tells the host that tasks are not wanted any longer. */
  cancel(keys: readonly TaskKey[]): void
  workers(): number
  setWorkers(workers: number): void
  /** The part of the time in which the host runs, above 0 to 1. */
  setDuty(duty: number): void
  deathsInRow(): number
  /** The host's process, if there is one that takes work. */
  pid(): number | undefined
  /** Lets the host go, for now. Resolves when it is gone. */
  rest(): Promise<void>
  /** No task is given to a host any longer. */
  stop(): void
}

/** A feed of no host yet. */
export function createHostFeed(options: FeedOptions, dispatch: Dispatch, listener: FeedListener): HostFeed {
  const { clock } = options
  let { workers } = options
  let stopped = false
  let duty = 1
  const cycle = createDutyCycle(clock)
  const idle = createIdleWait(clock, options.idleMs, listener.onIdle)
  const supervisor = createSupervisor({
    ...supervisorSettings(options),
    workers: () => workers,
    onReady: () => {
      if (duty < 1) supervisor.send({ kind: 'duty', duty })
      pump()
    },
    onOutput: hear,
    onLost: (loss) => {
      cycle.follow(undefined)
      listener.onLost(loss)
    },
  })
  const silence = createSilenceWatch(
    clock,
    dispatch,
    () => duty,
    () => supervisor.replace('the compute host was silent for too long'),
  )

  function hear(report: HostReport): void {
    silence.heard()
    if (report.kind === 'results') supervisor.resetBackOff()
    listener.onReport(report)
    if (report.kind === 'results') pump()
  }

  function pump(): void {
    if (stopped) return
    cycle.follow(isIdle(dispatch) ? undefined : supervisor.pid())
    if (isIdle(dispatch)) {
      silence.stop()
      idle.start()
      return
    }
    idle.stop()
    if (!supervisor.isReady()) return supervisor.wake()
    const take = () => takeBatch(dispatch, workers)
    for (let batch = take(); batch !== undefined; batch = take()) {
      supervisor.send({ kind: 'batch', batch: batchMessage(batch) })
    }
    silence.start()
  }

  return {
    pump,
    cancel: (keys) => supervisor.send({ kind: 'cancel', keys: [...keys] }),
    workers: () => workers,
    setWorkers: (count) => {
      workers = count
      supervisor.send({ kind: 'workers', workers })
      pump()
    },
    setDuty: (part) => {
      if (part === duty) return
      duty = part
      cycle.setDuty(part)
      supervisor.send({ kind: 'duty', duty })
    },
    deathsInRow: () => supervisor.deathsInRow(),
    pid: () => supervisor.pid(),
    rest: () => supervisor.rest(),
    stop: () => {
      stopped = true
      cycle.follow(undefined)
      idle.stop()
      silence.stop()
    },
  }
}

function supervisorSettings(options: FeedOptions): SupervisorSettings {
  const { clock, spawnHost, wall, registry, staging, heapBytesMax } = options
  return {
    ...{ clock, spawnHost, wall },
    readable: [...codePaths(), realpathSync(options.blobFolder)],
    configuration: { registry, staging, heapBytesMax },
  }
}
