/**
 * Bounds that the operating system sets a compute host from outside: the last wall, behind the limits that the host
 * itself watches over. It is set by a POSIX shell that then becomes the host, because Node has no `setrlimit`.
 * Windows and the smallest containers have no such shell, and macOS takes the memory bound without keeping it: there
 * the host's own limit on its resident memory (memory-limit.ts) is all there is.
 */
import { existsSync } from 'node:fs'
import { availableParallelism, constants, totalmem } from 'node:os'

/** The resources that a host process may use in all its life. */
export interface HostBounds {
  /** Private, writable memory, touched or not. What is only reserved (10 GiB per WASM memory) does not count. */
  readonly dataBytes: number
  /** Processor time of all its threads together. A host that has used it is replaced, and no task is blamed. */
  readonly cpuSeconds: number
  /** Threads besides the workers' own, which collect their garbage and compile their code again, better. */
  readonly helperThreads: number
}

/** The share of this machine's memory that a host may take, so that its owner's programs keep the rest. */
const MEMORY_SHARE = 0.75
/** Data that V8 claims and does not touch, its range for machine code before all: 560 MiB measured … */
const UNTOUCHED_BYTES = 1 << 30
/** … and 85 MiB per worker, with the stack and the code range that worker-threads.ts gives it. */
const UNTOUCHED_WORKER_BYTES = 128 << 20
/** Hours that all workers may be busy: twice the longest run, which may begin late and still ends. */
const BUSY_HOURS = 48
/** Between the signal that tells a spent host from one that died, and the end of one that ignores it. */
const SPENT_GRACE_SECONDS = 60

/** Node's own number of helpers; more only wait. */
const HELPERS_MAX = 4
/** One may be busy for seconds with a stranger's code, and garbage is not to wait for it. */
const HELPERS_MIN = 2

/** The bounds of a host on this machine. */
export function hostBounds(workers: number): HostBounds {
  const constrained = process.constrainedMemory()
  const memoryBytes = constrained > 0 ? Math.min(totalmem(), constrained) : totalmem()
  return {
    dataBytes: Math.floor(memoryBytes * MEMORY_SHARE) + UNTOUCHED_BYTES + workers * UNTOUCHED_WORKER_BYTES,
    cpuSeconds: Math.max(workers, availableParallelism()) * BUSY_HOURS * 3_600,
    helperThreads: Math.min(HELPERS_MAX, Math.max(HELPERS_MIN, workers)),
  }
}

/** A command that becomes another one, bounded. */
interface BoundedCommand {
  readonly file: string
  /** Arguments before those of the other command. */
  readonly leading: readonly string[]
}

/**
 * The command that runs `file` within bounds and with low priority; `file` itself where this system has no way to.
 * A limit that the system does not take (an administrator may have set a lower one) is passed over.
 */
export function boundedCommand(
  file: string,
  { dataBytes, cpuSeconds }: Pick<HostBounds, 'dataBytes' | 'cpuSeconds'>,
  platform: NodeJS.Platform = process.platform,
  shell = '/bin/sh',
): BoundedCommand {
  if (platform === 'win32' || !existsSync(shell)) return { file, leading: [] }
  const limits = [
    '-c 0', // a stranger's input must not be left in a core file
    `-d ${Math.ceil(dataBytes / 1_024)}`,
    `-S -t ${Math.ceil(cpuSeconds)}`,
    `-H -t ${Math.ceil(cpuSeconds) + SPENT_GRACE_SECONDS}`,
  ]
  // A shell ends when `ulimit` fails, hence the trial in a subshell.
  const script = limits.map((limit) => `(ulimit ${limit}) 2>&- && ulimit ${limit}; `).join('')
  // Set from outside it may come too late: a process that the host's wall has started already would not have it.
  // Nor does a shell go on when `exec` fails, hence a trial of `nice`, too.
  const nice = `nice -n ${constants.priority.PRIORITY_BELOW_NORMAL}`
  const low = `${nice} true >/dev/null 2>&1 && exec ${nice} "$0" "$@"; `
  return { file: shell, leading: ['-c', `${script}${low}exec "$0" "$@"`, file] }
}
