import type { Clock } from '../../ports/clock.ts'
import type { Confirmation } from '../../ports/reach.ts'
import type { Connection } from '../../ports/reach.ts'
import type { Transport } from '../../ports/transport.ts'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { DialBackReply, DialBackRequest, type DialBackOutcome } from '../../protocol/dial-back.ts'
import { FaultError, onlyFault, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { addressFailure } from '../dialing/peer-reach.ts'
import { scopeOf } from '../addresses/shareable-addresses.ts'

const PROTOCOL = '/meshwork/dial-back/1'
const MESSAGE_BYTES_MAX = 1_024
/** The pause between dial-backs for one contact, and the most under way for all. */
export const DIAL_BACK_EVERY_MS = 10_000
const AT_ONCE_MAX = 4
/** A port that a firewall drops does not answer at all. */
const PROBE_MS_MAX = 5_000
/** Two ports one after the other, and the way there and back. */
const ANSWER_WITHIN_MS = 15_000

/** Where a direct connection over TCP comes from: the family and the IP, never the port. */
const IP = /^\/ip[46]\/[0-9a-f.:]+(?=\/tcp\/)/i

/** Answers contacts who ask whether they can be reached, and asks them. */
export interface DialBack {
  /** Answers from now on. */
  start(): void
  /** Asks one connected contact about these ports. Never throws for what the contact does or does not. */
  ask(peer: PeerId, ports: readonly number[], options: { signal: AbortSignal }): Promise<Confirmation>
}

/** Dependencies of the dial back. */
export interface DialBackParts {
  readonly transport: Transport
  readonly clock: Clock
}

/**
 * Dial-back between contacts (after AutoNAT of libp2p). The asked peer tries ports of the address that the
 * asker's own connection comes from and no other, so that it cannot be made to connect to a third machine. It accepts
 * only the asker's key there, says no more than whether that worked, and does so once in ten seconds for each contact.
 */
export function createDialBack({ transport, clock }: DialBackParts): DialBack {
  const lastMs = new Map<PeerId, number>()
  let underWay = 0

  function connectionTo(peer: PeerId): Connection | undefined {
    return transport.connections().find((connection) => connection.peer === peer)
  }

  function takeTurn(from: PeerId, nowMs: number): void {
    for (const [peer, atMs] of lastMs)
      if (nowMs - atMs >= DIAL_BACK_EVERY_MS || nowMs < atMs) lastMs.delete(peer)
    if (lastMs.has(from)) refuse('too-busy', 'this contact was dialled back within the last ten seconds')
    if (underWay >= AT_ONCE_MAX) refuse('too-busy', 'too many ask to be dialled back at once')
    lastMs.set(from, nowMs)
  }

  async function probe(peer: PeerId, address: string, signal: AbortSignal): Promise<DialBackOutcome> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS_MAX)])
    try {
      await transport.probe(peer, address, { signal: within })
      return 'open'
    } catch (error) {
      onlyFault(error)
      return !within.aborted && addressFailure(error) === 'refused' ? 'refused' : 'no-answer'
    }
  }

  async function answer(from: PeerId, request: Uint8Array, signal: AbortSignal): Promise<DialBackReply> {
    const received_ms = clock.nowMs()
    const asked = decodeCanonical(request, DialBackRequest, MESSAGE_BYTES_MAX)
    if (!asked.ok) throw new FaultError(asked.fault)
    takeTurn(from, received_ms)
    const connection = connectionTo(from)
    const seen = connection?.route === 'direct' ? IP.exec(connection.address)?.[0] : undefined
    const outcomes: DialBackReply['outcomes'] = []
    underWay += 1
    try {
      for (const port of asked.value.ports) {
        const address = `${seen ?? ''}/tcp/${port}`
        const outcome = seen === undefined ? 'not-tried' : await probe(from, address, signal)
        outcomes.push({ port, outcome })
      }
    } finally {
      underWay -= 1
    }
    return { ...(seen === undefined ? {} : { seen }), outcomes, received_ms, answered_ms: clock.nowMs() }
  }

  return {
    start() {
      transport.handle(
        PROTOCOL,
        async (from, request, signal) => encodeCanonical(await answer(from, request, signal)),
        { requestBytesMax: MESSAGE_BYTES_MAX },
      )
    },
    async ask(peer, ports, { signal }) {
      const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
      const sentMs = clock.nowMs()
      try {
        const request: DialBackRequest = { ports: [...ports] }
        const bytes = await transport.request(peer, PROTOCOL, encodeCanonical(request), { signal: within })
        const nowMs = clock.nowMs()
        const reply = decodeCanonical(bytes, DialBackReply, MESSAGE_BYTES_MAX)
        if (!reply.ok) throw new FaultError(reply.fault)
        return confirmation(peer, reply.value, { sentMs, nowMs })
      } catch (error) {
        onlyFault(error)
        return { peer, atMs: clock.nowMs(), outcome: 'no-word' }
      }
    },
  }
}

/** The best of what a contact says, and its clock against this one's (RFC 5905, section 8). */
function confirmation(
  peer: PeerId,
  { seen, outcomes, received_ms, answered_ms }: DialBackReply,
  { sentMs, nowMs }: { readonly sentMs: number; readonly nowMs: number },
): Confirmation {
  const clock = {
    aheadMs: (received_ms - sentMs + (answered_ms - nowMs)) / 2,
    errorMs: Math.max(0, (nowMs - sentMs - (answered_ms - received_ms)) / 2),
  }
  const best = (['open', 'refused', 'no-answer'] as const)
    .map((outcome) => outcomes.find((one) => one.outcome === outcome))
    .find((one) => one !== undefined)
  if (seen === undefined || best === undefined) return { peer, atMs: nowMs, outcome: 'not-tried', clock }
  const address = `${seen}/tcp/${best.port}`
  return { peer, atMs: nowMs, outcome: best.outcome, scope: scopeOf(address), address, clock }
}
