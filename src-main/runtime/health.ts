import type { Clock } from '../ports/clock.ts'
import type { Hardware } from '../ports/hardware.ts'
import type { ComputeHosts } from '../ports/runner.ts'
import type { PeerRuntime } from './peer-runtime.ts'

/** How often it is looked. */
const LOOK_MS = 1_000
/** How often the disk is checked. */
const DISK_LOOK_MS = 10_000
/** Less than this is left on a disk that is as good as full: the journal and a snapshot need some. */
const DISK_FREE_BYTES_MIN = 256 << 20
/** A peer whose loop is blocked for longer does not answer in time. */
const LAG_MS_MAX = 1_000
/** How long a blocked loop is reported. */
const LAG_TOLD_MS = 10_000
/** Events that wait; more mean that the journal does not follow. */
const WAITING_MAX = 10_000
/** Compute hosts that died one after the other without a result. */
const DEATHS_FINE = 2

/** Whether a peer works as it should: its journal, its disk, its loop, its compute hosts. */
export interface Health {
  /** One line for each thing that is wrong at this moment; none when all is well. */
  troubles(): readonly string[]
  start(): void
  stop(): void
}

/** The parts of the peer that are checked. */
export interface HealthDependencies {
  readonly runtime: Pick<PeerRuntime, 'loop'>
  readonly hardware: Pick<Hardware, 'disk'>
  readonly hosts: readonly Pick<ComputeHosts, 'deathsInRow'>[]
  readonly clock: Clock
  readonly report: (error: unknown) => void
}

/** Creates the watch; it looks at nothing before `start`. */
export function createHealth({ runtime, hardware, hosts, clock, report }: HealthDependencies): Health {
  const stopping = new AbortController()
  let cancelLook: (() => void) | undefined
  let freeBytes: number | undefined
  let diskLookedAtMs = -Infinity
  let lag = { ms: 0, atMs: -Infinity }

  function look(): void {
    const dueAtMs = clock.nowMs() + LOOK_MS
    cancelLook = clock.after(LOOK_MS, () => {
      const nowMs = clock.nowMs()
      const ms = nowMs - dueAtMs
      if (ms > lag.ms || nowMs - lag.atMs > LAG_TOLD_MS) lag = { ms, atMs: nowMs }
      if (Math.abs(nowMs - diskLookedAtMs) >= DISK_LOOK_MS) lookAtDisk(nowMs)
      look()
    })
  }

  function lookAtDisk(nowMs: number): void {
    diskLookedAtMs = nowMs
    hardware.disk({ signal: stopping.signal }).then(
      (disk) => void (freeBytes = disk?.freeBytes),
      (error: unknown) => {
        if (!stopping.signal.aborted) report(error)
      },
    )
  }

  return {
    troubles() {
      const { stopped, waiting } = runtime.loop()
      const deaths = Math.max(0, ...hosts.map((host) => host.deathsInRow()))
      return [
        ...(stopped === undefined ? [] : [`journal: ${stopped}`]),
        ...(waiting > WAITING_MAX ? [`journal: ${waiting} events wait for it`] : []),
        ...(freeBytes !== undefined && freeBytes < DISK_FREE_BYTES_MIN
          ? [`disk: ${Math.floor(freeBytes / 2 ** 20)} MiB are left`]
          : []),
        ...(lag.ms > LAG_MS_MAX && clock.nowMs() - lag.atMs <= LAG_TOLD_MS
          ? [`loop: it stood still for ${lag.ms} ms`]
          : []),
        ...(deaths > DEATHS_FINE ? [`compute host: ${deaths} died one after the other`] : []),
      ]
    },
    start() {
      lookAtDisk(clock.nowMs())
      look()
    },
    stop() {
      stopping.abort()
      cancelLook?.()
    },
  }
}
