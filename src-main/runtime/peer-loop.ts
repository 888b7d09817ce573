import { isDurable, type PeerEvent } from '../peer/event.ts'
import type { Notice } from '../peer/notice.ts'
import { refuse, type Fault } from '../protocol/fault.ts'
import type { TurnClock } from '../ports/clock.ts'
import type { JobId } from '../protocol/ids.ts'
import type { Identity } from '../ports/identity.ts'
import type { Journal } from '../ports/journal.ts'
import type { Defects } from './defects.ts'
import { createEventLoop, type Brain, type EventLoop, type WorldEffect } from './event-loop.ts'
import { restore } from './restore.ts'

type Listener = (notices: readonly Notice[]) => void

/** A peer's event loop on its restored state, with the listeners that are told after every turn. */
export interface PeerLoop extends EventLoop {
  /** Dispatches an event whose sender does not wait. A loop that has stopped takes none; the next start makes up for it. */
  tell(event: PeerEvent): void
  /**
   * Dispatches an event that another peer or the user asks for.
   * @throws FaultError of this kind at once while the disk is full, since the asker can ask again
   */
  dispatchOrRefuse(kind: 'too-busy' | 'disk-full', event: PeerEvent): Promise<void>
  /** Jobs that were removed shortly before the start: what is kept besides the state may still have them. */
  readonly removed: readonly JobId[]
  /** Calls back after every turn of the loop with its notices, also with none, until the returned function is called. */
  onNotices(listener: Listener): () => void
}

/** The ports and functions that the loop uses. */
export interface PeerLoopDependencies {
  /** The peer's name until its user chooses one. */
  readonly name: string
  readonly clock: TurnClock
  readonly identity: Identity
  readonly journal: Journal
  readonly brain?: Brain
  readonly recordsPerSnapshot?: number
  readonly defects: Defects
  readonly perform: (effects: readonly WorldEffect[]) => void
  /** Told that the commitment is to be published anew. */
  readonly commitmentChanged: () => void
  readonly fatal: (error: unknown) => void
  /** Aborted when the peer stops. */
  readonly signal: AbortSignal
}

/** Restores a peer's state from its journal and creates the loop over it. */
export function createPeerLoop({
  name,
  clock,
  identity,
  journal,
  brain,
  recordsPerSnapshot,
  defects,
  perform,
  commitmentChanged,
  fatal,
  signal,
}: PeerLoopDependencies): PeerLoop {
  const listeners = new Set<Listener>()
  const { state, sequence, removed } = restore(journal, identity.peer, name)
  const loop = createEventLoop({
    clock,
    journal,
    brain,
    recordsPerSnapshot,
    state,
    sequence,
    perform,
    observe,
    stalled,
    fatal,
  })

  function observe(notices: readonly Notice[]): void {
    for (const listener of listeners) listener(notices)
  }

  /** Pauses sharing while the disk is full, and tells those who show it. */
  function stalled(by: Fault | undefined): void {
    const at_ms = clock.nowMs()
    if (by === undefined) delete loop.state.view.diskFullSinceMs
    else loop.state.view.diskFullSinceMs = at_ms
    commitmentChanged()
    observe([{ kind: 'sharing-changed' }])
  }

  return {
    ...loop,
    removed,
    tell(event) {
      if (!signal.aborted) loop.dispatch(event).catch(defects.ignoreFaults(`telling ${event.kind}`))
    },
    async dispatchOrRefuse(kind, event) {
      const fault = loop.stalledBy()
      if (fault !== undefined && isDurable(event)) refuse(kind, fault.message)
      return loop.dispatch(event)
    },
    onNotices(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
