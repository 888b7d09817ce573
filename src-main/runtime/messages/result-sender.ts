import type { PeerEvent } from '../../peer/event.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { RECEIPTS_MAX } from '../../protocol/limits.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Transport } from '../../ports/transport.ts'
import type { Defects } from '../defects.ts'
import { sendDirect } from './direct-protocol.ts'
import { resultsReceived, signReceipts } from './signed-receipts.ts'

/** Receipts on their way to one requester for one job. */
interface Outbox {
  readonly to: PeerId
  readonly job: JobId
  readonly manifestCid: Cid
  readonly engine: string
  waiting: ExecutionReceipt[]
  sending: boolean
}

/**
 * Receipts that requesters took within this time are noted in one event: no work waits for it, and a restart in
 * between sends those receipts once more.
 */
const NOTE_WITHIN_MS = 50

/** That a requester has receipts. */
type ResultsDelivered = Omit<Extract<PeerEvent, { kind: 'results-delivered' }>, 'at_ms'> & {
  readonly outputs: number
}

/** Sends receipts to requesters, signed, many together. */
export interface ResultSender {
  /** `engine` computed them; those of another one travel apart. */
  send(to: PeerId, job: JobId, manifestCid: Cid, engine: string, receipts: readonly ExecutionReceipt[]): void
}

/** The ports and functions that the sender uses. */
export interface ResultSenderDependencies {
  readonly clock: Clock
  readonly identity: Identity
  readonly transport: Transport
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly defects: Defects
  readonly signal: AbortSignal
}

/**
 * One message to a requester is in flight at a time; receipts that arrive meanwhile wait and travel together, so
 * that the smaller the units are, the larger the batches become.
 */
export function createResultSender(dependencies: ResultSenderDependencies): ResultSender {
  const outboxes = new Map<string, Outbox>()
  /** Receipts that were taken and are not noted yet, by requester and job. */
  const taken = new Map<string, ResultsDelivered>()
  let batches = 0

  async function drain(key: string, outbox: Outbox): Promise<void> {
    outbox.sending = true
    while (outbox.waiting.length > 0) {
      const receipts = outbox.waiting.splice(0, RECEIPTS_MAX)
      try {
        await deliver(outbox, receipts)
      } catch (error) {
        // Not taken: the receipts are in the journal, and are sent again when the requester is back.
        outbox.waiting = []
        dependencies.defects.faultOf(error, 'sending results')
      }
    }
    outbox.sending = false
    outboxes.delete(key)
  }

  async function deliver(outbox: Outbox, receipts: ExecutionReceipt[]): Promise<void> {
    const { to: requester, job, manifestCid, engine } = outbox
    const { identity, clock, dispatch } = dependencies
    const batchId = `${clock.nowMs()}-${batches++}`
    const signed = signReceipts(dependencies, { batchId, requester, job, manifestCid, engine, receipts })
    if (requester === identity.peer) {
      // One turn, and one record of the journal, for both.
      const received = dispatch(resultsReceived(signed, clock.nowMs()))
      await Promise.all([received, dispatch({ ...delivered(outbox, receipts), at_ms: clock.nowMs() })])
    } else {
      const message = { kind: 'results', envelope: signed.envelope } as const
      await sendDirect(dependencies, requester, message, dependencies.signal)
      noteTaken(delivered(outbox, receipts))
    }
  }

  function noteTaken(event: ResultsDelivered): void {
    const key = `${event.requester}/${event.job_id}`
    const before = taken.get(key)
    if (before !== undefined) {
      taken.set(key, {
        ...before,
        units: [...before.units, ...event.units],
        outputs: before.outputs + event.outputs,
      })
      return
    }
    taken.set(key, event)
    dependencies.clock.after(NOTE_WITHIN_MS, () => {
      const noted = taken.get(key)
      taken.delete(key)
      // A stopped loop takes no more: the receipts are sent again after the restart.
      if (noted === undefined || dependencies.signal.aborted) return
      dependencies
        .dispatch({ ...noted, at_ms: dependencies.clock.nowMs() })
        .catch(dependencies.defects.ignoreFaults('noting delivered results'))
    })
  }

  return {
    send(to, job, manifestCid, engine, receipts) {
      const key = `${to}/${job}/${engine}`
      const outbox = outboxes.get(key) ?? { to, job, manifestCid, engine, waiting: [], sending: false }
      outboxes.set(key, outbox)
      const known = new Set(outbox.waiting.map((r) => r.unit_index))
      outbox.waiting.push(...receipts.filter((r) => !known.has(r.unit_index)))
      if (!outbox.sending) void drain(key, outbox)
    },
  }
}

function delivered({ to, job }: Outbox, receipts: readonly ExecutionReceipt[]): ResultsDelivered {
  return {
    kind: 'results-delivered',
    requester: to,
    job_id: job,
    units: receipts.map(({ unit_index, attempt }) => ({ unit_index, attempt })),
    outputs: receipts.filter(({ outcome }) => outcome.kind === 'output').length,
  }
}
