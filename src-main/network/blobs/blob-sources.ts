import type { Fault } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { createBlobSource, isConnected, reach, type BlobSource } from './blob-source.ts'
import { hasChunk, type ChunkSet } from '../chunks/chunk-set.ts'
import {
  CLAIMS_BROKEN_MAX,
  MEMBER_FAILURES_MAX,
  MISSED_MS,
  PROVIDERS_MS_MAX,
  SOURCES_MAX,
} from '../limits.ts'
import { signalAfter, throwIfAborted } from '../signal-fault.ts'
import type { Holder } from '../swarm/swarm-members.ts'

/** A member of the blob's swarm as a source: it may have some of the chunks only. */
export interface MemberSource extends BlobSource {
  /** Whether it said that it has the chunk, and has not failed to give it just now. */
  readonly has: (index: number) => boolean
  /** Whether it may have the chunk, said or not. */
  readonly mayHave: (index: number) => boolean
  /** It does not have the chunk after all. A member that breaks its word again and again is given up. */
  missed(index: number): void
}

/** The sources of one transfer: those named, those that the network knows, and the members of its swarm. */
export interface Sources {
  /** Those not given up that have the whole blob. */
  whole(): BlobSource[]
  /** Members not given up. */
  members(): MemberSource[]
  /** Takes over what members have; connects with new ones and calls back when one can be asked. */
  meet(holders: readonly Holder[], onMet: () => void): void
  /** Members that are given up or cannot be reached. */
  lostMembers(): PeerId[]
  /** Asks the network for more; whether there are any. */
  more(): Promise<boolean>
  /** Why there are none left. */
  fault(): Fault
}

/** Dependencies of the sources of a transfer. */
export interface SourcesParts {
  readonly cid: Cid
  /** Peers named, best first; more may be added. */
  readonly from: ReadonlySet<PeerId>
  readonly transport: Transport
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Sources, none of them asked yet. */
export function createSources({ cid, from, transport, clock, signal }: SourcesParts): Sources {
  const known = new Map<PeerId, BlobSource>()
  const members = new Map<PeerId, Met>()
  let searched = false
  const add = (peer: PeerId) => {
    if (peer === transport.peer || known.has(peer) || known.size >= SOURCES_MAX) return
    known.set(peer, createBlobSource(peer, { transport, clock }))
  }
  const whole = () => {
    for (const peer of from) add(peer)
    return [...known.values()].filter((source) => source.lost() === undefined)
  }
  const isNew = ({ peer }: Holder) =>
    peer !== transport.peer && !from.has(peer) && !members.has(peer) && members.size < 2 * SOURCES_MAX

  return {
    whole,
    members: () =>
      [...members.values()].flatMap(({ state, source }) =>
        state === 'met' && source.lost() === undefined ? [source] : [],
      ),
    meet(holders, onMet) {
      for (const holder of holders) {
        const met = members.get(holder.peer)
        if (met !== undefined) met.source.learn(holder.held)
        else if (isNew(holder)) {
          const meeting: Met = {
            state: 'meeting',
            source: memberSource(holder, transport, clock),
          }
          members.set(holder.peer, meeting)
          void reach(holder.peer, { transport, clock, addresses: holder.addresses }).then(() => {
            meeting.state = isConnected(transport, holder.peer) ? 'met' : 'unreachable'
            onMet()
          })
        }
      }
    },
    lostMembers: () =>
      [...members]
        .filter(([, { state, source }]) => state === 'unreachable' || source.lost() !== undefined)
        .map(([peer]) => peer)
        .slice(0, SOURCES_MAX),
    async more() {
      if (searched) return false
      searched = true
      const deadline = signalAfter(clock, PROVIDERS_MS_MAX)
      const both = AbortSignal.any([signal, deadline.signal])
      try {
        for await (const peer of transport.findProviders(cid, { signal: both })) {
          if (known.has(peer)) continue
          await reach(peer, { transport, clock })
          add(peer)
        }
      } catch {
        // Found or not: what counts is whether there are sources now. The caller's signal is looked at next.
      } finally {
        deadline.cancel()
      }
      throwIfAborted(signal)
      return whole().length > 0
    },
    fault() {
      const faults = [...known.values()].flatMap((source) => source.lost() ?? [])
      const telling = faults.find(({ kind }) => kind !== 'blob-missing' && kind !== 'not-trusted')
      return telling ?? { kind: 'blob-missing', message: `nobody has ${cid}` }
    },
  }
}

interface Met {
  state: 'meeting' | 'met' | 'unreachable'
  readonly source: MemberSource & { learn(held: ChunkSet): void }
}

function memberSource(
  { peer, addresses, held: first }: Holder,
  transport: Transport,
  clock: Clock,
): Met['source'] {
  const source = createBlobSource(peer, { transport, clock, addresses, failuresMax: MEMBER_FAILURES_MAX })
  let held = first
  let broken = 0
  const missedAtMs = new Map<number, number>()
  const isMissed = (index: number) => clock.nowMs() - (missedAtMs.get(index) ?? -MISSED_MS) < MISSED_MS
  return {
    ...source,
    lost: () => source.lost() ?? (broken > CLAIMS_BROKEN_MAX ? BROKEN : undefined),
    learn: (now) => void (held = now),
    has: (index) => hasChunk(held, index) && !isMissed(index),
    mayHave: (index) => !isMissed(index),
    missed(index) {
      if (hasChunk(held, index)) broken += 1
      missedAtMs.set(index, clock.nowMs())
    },
    succeeded() {
      broken = 0
      source.succeeded()
    },
  }
}

const BROKEN: Fault = { kind: 'blob-missing', message: 'it does not have what it says' }
