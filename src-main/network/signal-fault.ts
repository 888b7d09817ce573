import { FaultError, type Fault } from '../protocol/fault.ts'
import type { Clock } from '../ports/clock.ts'

/** The fault of a caller's signal: `timed-out` for `AbortSignal.timeout`, the fault it was aborted with, else `cancelled`. */
export function faultOfSignal(signal: AbortSignal): Fault {
  const reason: unknown = signal.reason
  if (reason instanceof FaultError) return reason.fault
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return { kind: 'timed-out', message: 'no answer in time' }
  }
  return { kind: 'cancelled', message: 'given up' }
}

/** @throws FaultError when the signal is aborted */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new FaultError(faultOfSignal(signal))
}

/** Runs `work`, calling `onAbort` once if the signal is aborted meanwhile. */
export async function whileAborting<T>(
  signal: AbortSignal,
  onAbort: (fault: Fault) => void,
  work: () => Promise<T>,
): Promise<T> {
  throwIfAborted(signal)
  const listener = () => onAbort(faultOfSignal(signal))
  signal.addEventListener('abort', listener, { once: true })
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', listener)
  }
}

/** A signal that aborts as `timed-out` after `delayMs` by this clock, unless cancelled. */
export function signalAfter(clock: Clock, delayMs: number): { signal: AbortSignal; cancel: () => void } {
  const controller = new AbortController()
  const cancel = clock.after(delayMs, () =>
    controller.abort(new FaultError({ kind: 'timed-out', message: `no answer within ${delayMs} ms` })),
  )
  return { signal: controller.signal, cancel }
}
