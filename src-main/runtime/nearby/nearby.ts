import { z } from 'zod'
import type { PeerEvent } from '../../peer/event.ts'
import {
  expireAttempts,
  isLive,
  noPairings,
  refusePairing,
  sayMatch,
  type NearbyAttempt,
  type NearbyPairings,
} from '../../peer/pairing/nearby-pairing.ts'
import { hasRoomToBlock } from '../../peer/pairing/pair-requests.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'
import type { Transport } from '../../ports/transport.ts'
import { onlyFault, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { NearbyMessage, NearbyReply, RefusalReason, ShortNumber } from '../../protocol/nearby.ts'
import { repeatEvery } from '../repeating.ts'
import { createNearbyAttempts, refuseAnswer } from './nearby-attempts.ts'
import { createNearbyList } from './nearby-list.ts'
import { handleNearby, sendNearby, valueOf } from './nearby-messages.ts'

/** How often a yes that did not arrive is sent again, and expired tries are looked for. */
const TEND_MS = 1_000
/** The setting with the user's choice. */
const VISIBLE_KEY = 'nearby-visible'

/** PCs in the same network: which are there, and pairing with them by a number. */
export interface Nearby {
  start(): void
  stop(): void
  /** Names by peer, in no order. */
  pcs(): ReadonlyMap<PeerId, string>
  attempts(): readonly NearbyAttempt[]
  /** Whether this PC tells others in its network that it is there. */
  isVisible(): boolean
  /** Remembers the user's choice. @throws FaultError `storage-failed` */
  setVisible(visible: boolean): void
  /**
   * Asks a PC nearby to pair; resolves when there is a number to compare, of whichever side's try.
   * @throws FaultError `unknown-peer`, `too-busy`, `unreachable`, `not-trusted` (it is not to be asked), `timed-out`
   */
  pair(peer: PeerId, within: AbortSignal): Promise<NearbyAttempt>
  /** This user says that the other screen shows the same. @throws FaultError `stale` when that number is not shown any more */
  confirm(peer: PeerId, number: ShortNumber, trust: number): Promise<void>
  /** This user says no, or puts a try away that is over; with `block` they are not let in any more. */
  refuse(peer: PeerId, reason: RefusalReason, block: boolean): Promise<void>
  /** Calls back when PCs or tries may have changed, until the returned function is called. */
  onChange(listener: () => void): () => void
}

/** The ports and functions that nearby uses. */
export interface NearbyDependencies {
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly settings: Settings
  readonly state: Readonly<PeerState>
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** The value of `isVisible` until the user has chosen. */
  readonly visibleAtFirst: boolean
  /** Told of errors that are defects of ours. */
  readonly onDefect: (error: unknown) => void
}

/** Nearby for a running peer; silent before `start`. */
export function createNearby(dependencies: NearbyDependencies): Nearby {
  const { clock, transport, settings, state, dispatch, onDefect } = dependencies
  const pairings = noPairings(state.me)
  const stopping = new AbortController()
  const { changed, onChange } = createChanges()
  let isVisible = settings.read(VISIBLE_KEY, z.boolean()) ?? dependencies.visibleAtFirst
  let stopTending: (() => void) | undefined
  let stopListening: (() => void) | undefined
  const send = (to: PeerId, message: NearbyMessage, signal: AbortSignal): Promise<NearbyReply> =>
    sendNearby({ transport, clock }, to, message, AbortSignal.any([stopping.signal, signal]))
  const ignoreFaults = (error: unknown): void => reportDefect(error, onDefect)
  const list = createNearbyList({
    clock,
    transport,
    isKnown: (peer) => isKnown(state, peer),
    failed: ignoreFaults,
    changed,
    askName: async (peer) => nameIn(await send(peer, { kind: 'hello' }, stopping.signal)),
  })
  const attempts = createNearbyAttempts({
    ...dependencies,
    pairings,
    isVisible: () => isVisible,
    send,
    changed,
    paired: () => list.look(),
    signal: stopping.signal,
  })

  function tend(): void {
    if (expireAttempts(pairings, clock.nowMs())) changed()
    for (const { peer, id, at } of pairings.attempts.values()) {
      if (at.stage === 'comparing' && at.mine !== undefined) attempts.tellMatch(peer, id).catch(onDefect)
    }
  }

  return {
    start() {
      handleNearby(transport, (from, message) => attempts.answer(from, message), changed)
      stopListening = transport.onConnection(() => list.look())
      list.start()
      stopTending = repeatEvery(clock, TEND_MS, tend)
    },
    stop() {
      stopping.abort()
      stopTending?.()
      stopListening?.()
      list.stop()
      changed()
    },
    pcs: () => list.names(),
    attempts: () => [...pairings.attempts.values()],
    isVisible: () => isVisible,
    setVisible(visible) {
      settings.write(VISIBLE_KEY, visible)
      isVisible = visible
      changed()
    },
    async pair(peer, within) {
      if (!isLive(pairings.attempts.get(peer))) {
        const name = list.names().get(peer) ?? refuse('unknown-peer', `${peer} is not nearby`)
        await attempts.begin(peer, name, within)
      }
      return untilCompared(pairings, peer, AbortSignal.any([stopping.signal, within]), onChange)
    },
    async confirm(peer, number, trust) {
      const { id, pair } = valueOf(sayMatch(pairings, peer, number, trust))
      changed()
      if (pair !== undefined) await attempts.meet(pair)
      // The other side is told either way: it waits for this yes.
      await attempts.tellMatch(peer, id)
    },
    async refuse(peer, reason, block) {
      if (block) mustHaveRoomToBlock(state)
      const end = refusePairing(pairings, peer, reason, clock.nowMs())
      changed()
      if (end !== undefined) await send(peer, end, stopping.signal).catch(ignoreFaults)
      if (block) await dispatch({ kind: 'blocked', at_ms: clock.nowMs(), peer })
      list.look()
    },
    onChange,
  }
}

/** The name in the reply to a hello. @throws FaultError `malformed` */
function nameIn(reply: NearbyReply): string {
  return reply.kind === 'here' ? reply.name : refuseAnswer()
}

type Subscribe = (listener: () => void) => () => void

/** Listeners for changes of PCs and tries. */
function createChanges(): { readonly changed: () => void; readonly onChange: Subscribe } {
  const listeners = new Set<() => void>()
  return {
    changed: () => listeners.forEach((listener) => listener()),
    onChange(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}

/** Waits for the number of a try; also of one that the other side began at the same moment. */
async function untilCompared(
  pairings: NearbyPairings,
  peer: PeerId,
  within: AbortSignal,
  onChange: Subscribe,
): Promise<NearbyAttempt> {
  for (;;) {
    const attempt = pairings.attempts.get(peer)
    if (attempt?.at.stage === 'comparing') return attempt
    if (within.aborted || !isLive(attempt)) refuse('unreachable', 'the other side broke off; try again')
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop()
        within.removeEventListener('abort', done)
        resolve()
      }
      const stop = onChange(done)
      within.addEventListener('abort', done)
    })
  }
}

function mustHaveRoomToBlock(state: Readonly<PeerState>): void {
  if (!hasRoomToBlock(state)) refuse('too-busy', 'too many people are blocked; unblock some first')
}

/** Whether a peer is known, and so not asked for its name; a peer that waits for an answer to a code is known by that. */
function isKnown(
  { pairing: { contacts, blocked, incomingPairs, outgoingPairs } }: Readonly<PeerState>,
  peer: PeerId,
) {
  return [contacts, blocked, incomingPairs, outgoingPairs].some((some) => some.has(peer))
}

/** Reports errors that are no faults. */
function reportDefect(error: unknown, onDefect: (defect: unknown) => void): void {
  try {
    onlyFault(error)
  } catch (defect) {
    onDefect(defect)
  }
}
