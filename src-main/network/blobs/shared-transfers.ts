import { FaultError } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { TransferProgress, TransferTask } from './transfer-task.ts'
import { faultOfSignal } from '../signal-fault.ts'

/** One caller's wish for a blob. */
export interface Wanted {
  readonly from: readonly PeerId[]
  readonly leader: PeerId | undefined
  readonly bytesMax: number
  readonly progress: ((progress: TransferProgress) => void) | undefined
}

/** Transfers under way, one for each blob, whichever callers wait for it. */
export interface SharedTransfers {
  /** Waits for a blob's transfer, begun where there is none. It is given up when no caller waits any longer. */
  join(cid: Cid, wanted: Wanted, signal: AbortSignal): Promise<void>
}

/** A transfer under way and its waiting callers. */
interface Shared {
  readonly from: Set<PeerId>
  leader: PeerId | undefined
  bytesMax: number
  readonly abort: AbortController
  readonly done: Promise<void>
  readonly listeners: Set<(progress: TransferProgress) => void>
  waiting: number
}

/** No transfers yet. `transfer` runs one to its end. */
export function createSharedTransfers(transfer: (task: TransferTask) => Promise<void>): SharedTransfers {
  const shared = new Map<Cid, Shared>()
  /** Transfers that were given up and are putting away what they have. */
  const ending = new Map<Cid, Promise<void>>()

  function begin(cid: Cid): Shared {
    const abort = new AbortController()
    const from = new Set<PeerId>()
    const listeners = new Set<(progress: TransferProgress) => void>()
    const task: TransferTask = {
      cid,
      from,
      leader: () => one.leader,
      bytesMax: () => one.bytesMax,
      signal: abort.signal,
      progress: (state) => listeners.forEach((listener) => listener(state)),
    }
    // Starts a turn later, when the caller has named its peers, and after an earlier one has ended.
    const done = Promise.resolve(ending.get(cid))
      .then(() => transfer(task))
      .finally(() => {
        if (shared.get(cid) === one) shared.delete(cid)
      })
    const one: Shared = { from, leader: undefined, bytesMax: 0, abort, done, listeners, waiting: 0 }
    shared.set(cid, one)
    return one
  }

  function leave(cid: Cid, one: Shared): void {
    one.waiting -= 1
    if (one.waiting > 0 || shared.get(cid) !== one) return
    shared.delete(cid)
    const ended = one.done.then(ignore, ignore).then(() => {
      if (ending.get(cid) === ended) ending.delete(cid)
    })
    ending.set(cid, ended)
    one.abort.abort()
  }

  return {
    async join(cid, { from, leader, bytesMax, progress }, signal) {
      const one = shared.get(cid) ?? begin(cid)
      one.waiting += 1
      one.leader ??= leader
      one.bytesMax = Math.max(one.bytesMax, bytesMax)
      for (const peer of from) one.from.add(peer)
      if (progress !== undefined) one.listeners.add(progress)
      const { promise, resolve, reject } = Promise.withResolvers<undefined>()
      const onAbort = () => reject(new FaultError(faultOfSignal(signal)))
      signal.addEventListener('abort', onAbort, { once: true })
      one.done.then(() => resolve(undefined), reject)
      try {
        await promise
      } finally {
        signal.removeEventListener('abort', onAbort)
        if (progress !== undefined) one.listeners.delete(progress)
        leave(cid, one)
      }
    },
  }
}

/** Callers who gave a transfer up have been told why; how it ends then is no longer reported. */
const ignore = () => undefined
