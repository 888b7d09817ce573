import type { Effect } from '../../peer/effect.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { DirectMessage } from '../../protocol/messages.ts'
import type { Thanks } from '../../protocol/thanks.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Transport } from '../../ports/transport.ts'
import type { Defects } from '../defects.ts'
import type { PeerLoop } from '../peer-loop.ts'
import { sendDirect } from './direct-protocol.ts'
import { signVerdict } from './signed-verdict.ts'

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>

/** Sends this peer's direct messages; those to itself become events without a network. */
export interface DirectSender {
  /** Sends an award, with the job's key where it is encrypted; `award-refused` tells that it was not taken. */
  sendAward(effect: EffectOf<'send-award'>): Promise<void>
  /** Tells a requester which units it has back. One that does not hear of it is told again by the brain. */
  sendHandBack(effect: EffectOf<'send-hand-back'>): Promise<void>
  /** Signs a verdict and sends it. One that is not taken is sent again by the brain. */
  sendVerdict(effect: EffectOf<'send-verdict'>): Promise<void>
  /** Sends thanks, and waits until they are taken. @throws FaultError as `sendDirect` */
  sendThanks(to: PeerId, thanks: Thanks): Promise<void>
  /** Sends a message that helps but need not arrive: commitments and deadlines say the same, later. */
  tell(to: PeerId, message: DirectMessage): void
}

/** The ports and functions that the sender uses. */
export interface DirectSenderDependencies {
  readonly identity: Identity
  readonly clock: Clock
  readonly transport: Transport
  readonly loop: Pick<PeerLoop, 'dispatch' | 'tell'>
  /** The key of an own encrypted job. @throws FaultError `storage-failed` when it is lost */
  readonly keyOf: (job: JobId) => JobKey | undefined
  readonly defects: Defects
  readonly signal: AbortSignal
}

/** Creates the sender. */
export function createDirectSender(dependencies: DirectSenderDependencies): DirectSender {
  const { identity, clock, loop, keyOf, defects, signal } = dependencies
  const me = identity.peer

  async function sendAward({ to, award }: EffectOf<'send-award'>): Promise<void> {
    try {
      if (to === me) {
        await loop.dispatch({ kind: 'award-received', at_ms: clock.nowMs(), from: to, award })
      } else {
        const sentAtMs = clock.nowMs()
        const key = keyOf(award.job_id)
        const message = { kind: 'award', award, ...(key === undefined ? {} : { key }) } as const
        await sendDirect(dependencies, to, message, signal)
        const at_ms = clock.nowMs()
        loop.tell({ kind: 'award-taken', at_ms, peer: to, took_ms: Math.max(0, at_ms - sentAtMs) })
      }
    } catch (error) {
      const { job_id, award_id } = award
      const fault = defects.faultOf(error, 'sending an award')
      loop.tell({ kind: 'award-refused', at_ms: clock.nowMs(), job_id, award_id, peer: to, fault })
    }
  }

  async function sendHandBack({
    to,
    job: job_id,
    units: unitsBack,
    reason,
  }: EffectOf<'send-hand-back'>): Promise<void> {
    const units = [...unitsBack]
    try {
      if (to === me) {
        await loop.dispatch({ kind: 'hand-back-received', at_ms: clock.nowMs(), from: to, job_id, units })
      } else {
        await sendDirect(dependencies, to, { kind: 'hand-back', job_id, units, reason }, signal)
      }
    } catch (error) {
      defects.faultOf(error, 'handing back')
      return
    }
    loop.tell({ kind: 'hand-back-delivered', at_ms: clock.nowMs(), requester: to, job_id, units })
  }

  async function sendVerdict({ verdict }: EffectOf<'send-verdict'>): Promise<void> {
    const { provider: peer, job: job_id } = verdict
    try {
      const envelope = signVerdict(identity, verdict)
      await sendDirect(dependencies, peer, { kind: 'verdict', envelope }, signal)
    } catch (error) {
      defects.faultOf(error, 'sending a verdict')
      return
    }
    loop.tell({ kind: 'verdict-delivered', at_ms: clock.nowMs(), peer, job_id })
  }

  function tell(to: PeerId, message: DirectMessage): void {
    const sent =
      to === me ? tellSelf(message) : sendDirect(dependencies, to, message, signal).then(() => undefined)
    sent.catch(defects.ignoreFaults(`telling of ${message.kind}`))
  }

  function tellSelf(message: DirectMessage): Promise<void> {
    const at = { at_ms: clock.nowMs(), from: me }
    switch (message.kind) {
      case 'settled':
        return loop.dispatch({ kind: 'settled', ...at, job_id: message.job_id })
      case 'withdraw': {
        const { job_id, units } = message
        return loop.dispatch({ kind: 'withdrawn', ...at, job_id, ...(units === undefined ? {} : { units }) })
      }
      case 'recall':
        return loop.dispatch({ kind: 'recalled', ...at, job_id: message.job_id, units: message.units })
      default:
        return Promise.resolve()
    }
  }

  async function sendThanks(to: PeerId, thanks: Thanks): Promise<void> {
    await sendDirect(dependencies, to, { kind: 'thanks', thanks }, signal)
  }

  return { sendAward, sendHandBack, sendVerdict, sendThanks, tell }
}
