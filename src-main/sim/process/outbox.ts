import type { UnitAttempt } from '../../peer/effect.ts'
import type { PeerEvent } from '../../peer/event.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { RECEIPTS_MAX } from '../../protocol/limits.ts'
import type { EngineId } from '../../protocol/engine.ts'
import type { Award } from '../../protocol/messages.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import { arrived, type Letter } from '../message.ts'
import type { Ask, RequestOutcome } from '../network.ts'

/** One peer's letters on their way, with the runtime's rules. A peer's letters to itself do not use the network. */
export interface Outbox {
  /** Sends an award; an award that does not arrive is dispatched as refused. */
  award(to: PeerId, award: Award): void
  /** Sends a letter without looking whether it arrives. */
  tell(to: PeerId, letter: Letter & { kind: 'withdraw' | 'settled' | 'recall' }): void
  /** Gives units back; the brain tells a requester again that did not hear of it. */
  handBack(to: PeerId, job: JobId, units: readonly UnitAttempt[]): void
  /**
   * Sends receipts for units of a job. One message to a requester is in flight at a time; receipts that come
   * meanwhile travel together. Receipts that are not taken are dropped here: the brain has them sent again.
   */
  results(to: PeerId, job: JobId, receipts: readonly ExecutionReceipt[]): void
}

/** The outbox's surroundings. `ask` and `dispatch` do nothing once the process is gone. */
export interface OutboxDependencies {
  readonly me: PeerId
  /** The engine that computes here. */
  readonly engine: EngineId
  readonly nowMs: () => number
  readonly ask: Ask
  /** Hands an event over; `done` when it is in the journal and its effects are under way. */
  readonly dispatch: (event: PeerEvent, done?: () => void) => void
}

/** Receipts on their way to one requester for one job. */
interface Results {
  readonly to: PeerId
  readonly job: JobId
  waiting: ExecutionReceipt[]
  sending: boolean
}

/** Creates the outbox of one run of a peer's program. */
export function createOutbox({ me, engine, nowMs, ask, dispatch }: OutboxDependencies): Outbox {
  const underway = new Map<string, Results>()

  /** Sends a letter to another peer; one that was refused counts as one that did not arrive. */
  function send(to: PeerId, letter: Letter, done: (outcome: RequestOutcome) => void): void {
    ask(to, letter, (outcome) => {
      if ('reply' in outcome && outcome.reply.kind === 'refused') done({ fault: outcome.reply.fault })
      else done(outcome)
    })
  }

  function keep(letter: Letter, done?: () => void): void {
    dispatch(arrived(me, letter, nowMs()), done)
  }

  function drain(results: Results): void {
    const { to, job } = results
    const receipts = results.waiting.splice(0, RECEIPTS_MAX)
    results.sending = receipts.length > 0
    if (!results.sending) return
    const letter: Letter = { kind: 'results', job, receipts, engine }
    const units = receipts.map(({ unit_index, attempt }) => ({ unit_index, attempt }))
    const delivered = (): void => {
      dispatch({ kind: 'results-delivered', at_ms: nowMs(), requester: to, job_id: job, units }, () =>
        drain(results),
      )
    }
    if (to === me) return keep(letter, delivered)
    send(to, letter, (outcome) => {
      if ('reply' in outcome) return delivered()
      results.waiting = []
      results.sending = false
    })
  }

  return {
    award(to, award) {
      if (to === me) {
        keep({ kind: 'award', award })
        return
      }
      const sentAtMs = nowMs()
      send(to, { kind: 'award', award }, (outcome) => {
        if ('reply' in outcome) {
          const took_ms = nowMs() - sentAtMs
          return dispatch({ kind: 'award-taken', at_ms: nowMs(), peer: to, took_ms })
        }
        const { job_id, award_id } = award
        dispatch({ kind: 'award-refused', at_ms: nowMs(), job_id, award_id, peer: to, fault: outcome.fault })
      })
    },
    tell(to, letter) {
      if (to === me) keep(letter)
      else send(to, letter, () => undefined)
    },
    handBack(to, job, units) {
      send(to, { kind: 'hand-back', job, units }, (outcome) => {
        if (!('reply' in outcome)) return
        const told = { at_ms: nowMs(), requester: to, job_id: job, units: [...units] }
        dispatch({ kind: 'hand-back-delivered', ...told })
      })
    },
    results(to, job, receipts) {
      const key = holdingKey(to, job)
      const results = underway.get(key) ?? { to, job, waiting: [], sending: false }
      underway.set(key, results)
      const known = new Set(results.waiting.map((receipt) => receipt.unit_index))
      results.waiting.push(...receipts.filter((receipt) => !known.has(receipt.unit_index)))
      if (!results.sending) drain(results)
    },
  }
}
