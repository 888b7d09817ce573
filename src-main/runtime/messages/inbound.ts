import { isDurable, type PeerEvent } from '../../peer/event.ts'
import {
  admitAward,
  admitHandBack,
  admitResults,
  admitSettlement,
  admitWithdrawal,
} from '../../peer/admission.ts'
import { awaitsVerdict } from '../../peer/provider/verdicts.ts'
import type { PeerState } from '../../peer/state.ts'
import { trustOf } from '../../peer/pairing/trust.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Thanks } from '../../protocol/thanks.ts'
import {
  isPairMessage,
  type DirectMessage,
  type DirectReply,
  type PairMessage,
} from '../../protocol/messages.ts'
import type { Clock } from '../../ports/clock.ts'
import type { JobKeys, KeyedJob } from '../../ports/job-keys.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Transport } from '../../ports/transport.ts'
import { handleDirect } from './direct-protocol.ts'
import { createMessageBudgets, type MessageBudgets } from './journal-budget.ts'
import { answerPairing } from './pairing.ts'
import { openReceipts, resultsReceived } from './signed-receipts.ts'
import { openVerdict } from './signed-verdict.ts'

/** The ports that answers to incoming messages use. */
export interface InboundOptions {
  readonly clock: Clock
  readonly identity: Identity
  readonly transport: Transport
  readonly state: PeerState
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly keys: Pick<JobKeys, 'keep' | 'find'>
  /** Takes the thanks of a contact. @throws FaultError for those that it may not send */
  readonly takeThanks: (from: PeerId, thanks: Thanks) => void
}

interface InboundDependencies extends InboundOptions {
  readonly budgetOf: MessageBudgets
}

/**
 * Answers what other peers send on direct streams. Each message is checked first, then journaled, then answered:
 * the reader of `taken` may rely on it.
 */
export function handleInbound(options: InboundOptions): void {
  const dependencies = { ...options, budgetOf: createMessageBudgets(options.clock) }
  const isContact = (peer: PeerId): boolean => trustOf(dependencies.state, peer) > 0
  handleDirect(dependencies.transport, isContact, (from, message, bytes) =>
    answer(dependencies, from, message, bytes),
  )
}

async function answer(
  dependencies: InboundDependencies,
  from: PeerId,
  message: DirectMessage,
  bytes: number,
): Promise<DirectReply> {
  const { clock, state, dispatch } = dependencies
  const at_ms = clock.nowMs()
  if (isPairMessage(message)) return answerPairing(dependencies, from, message)
  if (trustOf(state, from) <= 0) refuse('unknown-peer', 'you are not paired with this peer')
  if (message.kind === 'thanks') return answerThanks(dependencies, from, message.thanks, bytes)
  const event = admitted(dependencies, from, message, at_ms)
  if (event === undefined) return { kind: 'taken' }
  if (isDurable(event) && !dependencies.budgetOf(message.kind).take(from, bytes)) {
    refuse('too-busy', 'more was said in this minute than is written down for one peer')
  }
  await dispatch(event)
  return { kind: 'taken' }
}

/** Thanks decide nothing: they are written down beside the journal, within the same budget (J12). */
function answerThanks(
  { takeThanks, budgetOf }: InboundDependencies,
  from: PeerId,
  thanks: Thanks,
  bytes: number,
): DirectReply {
  if (!budgetOf('thanks').take(from, bytes)) {
    refuse('too-busy', 'more was said in this minute than is written down for one peer')
  }
  takeThanks(from, thanks)
  return { kind: 'taken' }
}

/**
 * The event that a message becomes, before anything is written down.
 * @returns undefined for what changes nothing: it is taken, and worth no record
 * @throws FaultError for a message that its sender may not send
 */
function admitted(
  dependencies: InboundDependencies,
  from: PeerId,
  message: Exclude<DirectMessage, PairMessage | { kind: 'thanks' }>,
  at_ms: number,
): PeerEvent | undefined {
  const { state } = dependencies
  switch (message.kind) {
    case 'award': {
      const outcome = admitAward(state, from, message.award, at_ms)
      if (!outcome.ok) throw new FaultError(outcome.fault)
      if (message.key !== undefined)
        keepKey(dependencies, { requester: from, job: message.award.job_id }, message.key)
      return { kind: 'award-received', at_ms, from, award: message.award }
    }
    case 'results': {
      const signed = openReceipts(dependencies, from, message.envelope)
      const outcome = admitResults(state, from, signed.batch.job_id, signed.batch.receipts)
      if (!outcome.ok) throw new FaultError(outcome.fault)
      return outcome.value.length === 0 ? undefined : resultsReceived(signed, at_ms)
    }
    case 'withdraw': {
      const { job_id, units } = message
      if (!admitWithdrawal(state, from, job_id, units)) return undefined
      return { kind: 'withdrawn', at_ms, from, job_id, ...(units === undefined ? {} : { units }) }
    }
    case 'recall': {
      const { job_id, units } = message
      return { kind: 'recalled', at_ms, from, job_id, units }
    }
    case 'hand-back': {
      const { job_id } = message
      const units = admitHandBack(state, from, job_id, message.units)
      return units.length === 0 ? undefined : { kind: 'hand-back-received', at_ms, from, job_id, units }
    }
    case 'settled': {
      const { job_id } = message
      return admitSettlement(state, from, job_id) ? { kind: 'settled', at_ms, from, job_id } : undefined
    }
    case 'verdict': {
      const event = openVerdict(dependencies, from, message.envelope)
      return awaitsVerdict(state, from, event.job_id, event.manifest_cid) ? event : undefined
    }
  }
}

/** The key is there before the award is written down, so that a restart in between finds it. One job has one key. */
function keepKey({ keys }: InboundDependencies, job: KeyedJob, key: JobKey): void {
  const before = keys.find(job)
  const isOther =
    before !== undefined &&
    !(equalBytes(before.inputs, key.inputs) && equalBytes(before.outputs, key.outputs))
  if (isOther) refuse('bad-input', `another key for ${job.job} than came before`)
  keys.keep(job, key)
}
