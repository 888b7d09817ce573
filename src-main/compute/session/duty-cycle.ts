import { spawn } from 'node:child_process'
import type { Clock } from '../../ports/clock.ts'

/** A host runs and is stopped once in this time: short enough that fans and pictures do not notice. */
const PERIOD_MS = 100
/** The shortest run of a host before it is stopped again; excess time is paid back by longer stops. */
const RUN_MS_MIN = 5
/** The longest stop, so that it still answers. */
const STILL_MS_MAX = 95
/**
 * Sets a stopped host going when this program is gone without a word, so that it sees that and ends; ends itself when
 * either is gone.
 */
const GUARD = 'while kill -0 "$1" && kill -0 "$2"; do sleep 3; done 2>/dev/null; kill -CONT "$2" 2>/dev/null'

/** Stops and continues a process. */
export interface ProcessSignals {
  readonly stop: (pid: number) => void
  readonly go: (pid: number) => void
  /** Sees to it that a process goes on when this program is gone. */
  readonly guard: (pid: number) => void
}

/** Lets a process run for a part of the time. */
export interface DutyCycle {
  /** The part, above 0 to 1. */
  setDuty(duty: number): void
  /** The process that runs in turns from now on; the one before goes on. */
  follow(pid: number | undefined): void
}

/** Whether this system can stop and continue processes. Windows cannot: there cores are lent as a whole. */
export const CAN_STOP_PROCESSES = process.platform !== 'win32'

/** The system's own signals. */
export const systemSignals: ProcessSignals = {
  stop: (pid) => signal(pid, 'SIGSTOP'),
  go: (pid) => signal(pid, 'SIGCONT'),
  guard: (pid) => {
    const parameters = ['-c', GUARD, 'guard', String(process.pid), String(pid)]
    const child = spawn('/bin/sh', parameters, { detached: true, stdio: 'ignore', env: {} })
    // Without a shell there is no guard: a program killed while a host is stopped leaves the host behind.
    child.on('error', () => undefined)
    child.unref()
  },
}

/** A duty cycle of no process yet, at full duty. */
export function createDutyCycle(clock: Clock, signals: ProcessSignals = systemSignals): DutyCycle {
  let duty = 1
  let pid: number | undefined
  let guarded: number | undefined
  let isStill = false
  let sinceMs = 0
  /** Time that it ran above its part and has not been stopped for yet. */
  let owedMs = 0
  let cancel: (() => void) | undefined

  function run(): void {
    if (pid === undefined || duty >= 1) return
    if (isStill) {
      owedMs -= performance.now() - sinceMs
      signals.go(pid)
      isStill = false
    }
    sinceMs = performance.now()
    cancel = clock.after(Math.max(RUN_MS_MIN, duty * PERIOD_MS), standStill)
  }

  function standStill(): void {
    if (pid === undefined) return
    const ranMs = performance.now() - sinceMs
    owedMs = Math.max(-PERIOD_MS, Math.min(PERIOD_MS, owedMs + (ranMs * (1 - duty)) / duty))
    if (owedMs < 1) return run()
    if (guarded !== pid) signals.guard(pid)
    guarded = pid
    signals.stop(pid)
    isStill = true
    sinceMs = performance.now()
    cancel = clock.after(Math.min(STILL_MS_MAX, owedMs), run)
  }

  function release(): void {
    cancel?.()
    cancel = undefined
    if (pid !== undefined && isStill) signals.go(pid)
    isStill = false
    owedMs = 0
  }

  return {
    setDuty(wanted) {
      if (wanted === duty) return
      release()
      duty = wanted
      run()
    },
    follow(next) {
      if (next === pid) return
      release()
      pid = next
      run()
    },
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone, which is heard of elsewhere.
  }
}
