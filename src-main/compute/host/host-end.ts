import { lastWordsOf } from '../messages/last-words.ts'

/** How a host process ended. */
export interface HostEnd {
  /** One line. */
  readonly reason: string
  /**
   * `time-spent`: it had used up its processor time, which is no task's fault. `no-memory`: the operating system gave
   * no more memory where the engine needs it for itself. Such an end may be `unknown`, too: a bare SIGSEGV.
   */
  readonly cause: 'time-spent' | 'no-memory' | 'unknown'
}

/** The system's way to end a process that used up its processor time. */
const SPENT_SIGNAL = 'SIGXCPU'
/** How V8, Node and C++ end a process that gets no more memory, neither for their own data nor for a thread. */
const NO_MEMORY =
  /^(FATAL ERROR: .*(out of memory|allocation failed)|# Fatal process out of memory|(terminate called|libc\+\+abi: | +what\(\): ).*bad_alloc|Error: EAGAIN$).*/imu
/** The line that tells of an exception that was not caught, or of a broken engine; a stack and Node's version follow. */
const UNCAUGHT = /^((Uncaught )?[A-Za-z]*(Error|Fault)\b|FATAL ERROR: ).*/mu

/** How a host ended. @param how its signal or exit code @param said its standard error */
export function hostEnd(how: string, said: string): HostEnd {
  const lackOfMemory = NO_MEMORY.exec(said)?.[0]
  const words = lastWordsOf(lackOfMemory ?? UNCAUGHT.exec(said)?.[0] ?? said)
  const cause = lackOfMemory === undefined ? 'unknown' : 'no-memory'
  return {
    reason: words === '' ? how : `${how}: ${words}`,
    cause: how === SPENT_SIGNAL ? 'time-spent' : cause,
  }
}
