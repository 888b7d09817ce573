import { dialOrder, isNewRecord, isWorthNoting } from '../peer/address-book.ts'
import { isDurable, type PeerEvent } from '../peer/event.ts'
import { owesHandBack } from '../peer/handing-back.ts'
import type { WantedOutput } from '../peer/effect.ts'
import { isUnderWay, type JobState, type PeerState } from '../peer/state.ts'
import { refuse, type Fault } from '../protocol/fault.ts'
import type { AddressRecord } from '../protocol/address-record.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import { outputSeal, type JobKey } from '../protocol/job-key.ts'
import { sealedBytes } from '../protocol/sealed-bytes.ts'
import type { DirectMessage, Invite } from '../protocol/messages.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Identity } from '../ports/identity.ts'
import type { JobKeys, KeyedJob } from '../ports/job-keys.ts'
import type { Journal } from '../ports/journal.ts'
import type { Random } from '../ports/random.ts'
import type { Runner } from '../ports/runner.ts'
import type { KnownPeer, Standing, Transport } from '../ports/transport.ts'
import { createBlobRights, type BlobRights } from './blobs/blob-rights.ts'
import { createDefects } from './defects.ts'
import { createCollector } from './requesting/collector.ts'
import { sendDirect } from './messages/direct-protocol.ts'
import { createEventLoop, type EventLoop, type WorldEffect } from './event-loop.ts'
import { createExecutor } from './executing/executor.ts'
import { createGuestBlobs } from './blobs/guest-blobs.ts'
import { handleInbound } from './messages/inbound.ts'
import { createKeyCare } from './executing/key-care.ts'
import { createOwnJobs } from './requesting/own-jobs.ts'
import { createPairing, type Paired } from './messages/pairing.ts'
import { createPublisher, type PublishedStores } from './messages/publisher.ts'
import { restore } from './restore.ts'
import type { ActiveUnit } from './executing/job-at-work.ts'
import { createResultSender } from './messages/result-sender.ts'
import { runLimits } from './executing/run-limits.ts'
import { standingOf } from './standing.ts'

/** A requester that has not heard of a hand-back after this long hears of it after the restart. */
const LEAVE_WITHIN_MS = 1_500
const LEAVE_LOOK_MS = 20
/** How often a peer looks for what is late. */
const TICK_MS = 1_000

/** What a peer is made of: one implementation of each port. */
export interface PeerParts {
  /** What this peer is called until its user says otherwise. */
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly identity: Identity
  readonly journal: Journal
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly transport: Transport
  readonly stores: PublishedStores
  readonly keys: JobKeys
  readonly runner: Runner
  /** Runs what others ask for, apart from own jobs; the same runner when absent. Started and stopped with it. */
  readonly lentRunner?: Runner
  /** The journal failed or a promise of our own broke: the process must end. */
  readonly fatal: (error: unknown) => void
  /** A defect of ours that need not end the peer; fatal where nobody keeps a log of them. */
  readonly report?: (error: unknown) => void
}

/** A running peer: the commands that its user and its UI have, and its state to look at. */
export interface PeerRuntime {
  /** The state as it is now; only the loop changes it. */
  readonly state: Readonly<PeerState>
  start(): Promise<void>
  stop(): Promise<void>
  dispatch(event: PeerEvent): Promise<void>
  /**
   * Stores the manifest with the sizes of its inputs, and opens its units; resolves when the job is journaled. Its
   * inputs and parts, and what else is named, are kept as long as the job. With a key it is encrypted: what is kept of its
   * inputs is sealed by the key, and so is what others make of them.
   * @throws FaultError `blob-missing` for one that is not in the store; `bad-input` for what cannot be encrypted
   */
  submit(
    manifest: JobManifest,
    alsoKeep?: readonly Cid[],
    key?: JobKey,
  ): Promise<{ job: JobId; manifestCid: Cid }>
  /** By what the blobs of an own encrypted job are opened; undefined of others. @throws FaultError `storage-failed` when it is lost */
  keyOf(job: JobState): JobKey | undefined
  /** Makes an invite that opens once, within `validMs`, to trust `trust`; with `confirm` only to make a request. */
  invite(trust: number, validMs: number, options?: { readonly confirm?: boolean }): Promise<Invite>
  /** Uses somebody's invite. @throws FaultError `bad-input`, `unreachable`, `invite-refused`, `too-busy`, `timed-out` */
  pair(invite: Invite, trust: number, signal: AbortSignal): Promise<Paired>
  /** A contact's signed record of where it is has come, newer than what is known or not. */
  learn(record: AddressRecord): Promise<void>
  activeUnits(): readonly ActiveUnit[]
  /** How the loop of events goes: why it has stopped, if it has by a defect, and how many wait. */
  loop(): ReturnType<EventLoop['condition']>
  /** Why a job's outputs are not here although others have them, if it is for this machine's disk or quota. */
  troubleOf(job: JobId): Fault | undefined
  /** Whether a job is encrypted by a key that is here no longer. */
  isKeyLost(job: JobId): boolean
  /** What somebody is to this peer at this moment. */
  standingOf(peer: PeerId): Standing
  /** Who may read which blob of this peer's store. */
  readonly rights: BlobRights
  /** Calls back after every turn of the loop with what happened, until the returned function is called. */
  onEvents(listener: (events: readonly PeerEvent[]) => void): () => void
}

/** Builds a peer around its restored state. Nothing runs before `start`. */
export function createPeerRuntime(parts: PeerParts): PeerRuntime {
  const { clock, identity, journal, blobs, fetcher, transport, runner, keys } = parts
  const stopping = new AbortController()
  const { signal } = stopping
  const listeners = new Set<(events: readonly PeerEvent[]) => void>()
  const restored = restore(journal, identity.peer, parts.name)
  const loop = createEventLoop({
    clock,
    journal,
    ...restored,
    perform,
    observe: (events) => {
      for (const listener of listeners) listener(events)
    },
    stalled: (by) => stalled(by),
    fatal: parts.fatal,
  })
  const { state } = loop
  const dispatch = (event: PeerEvent): Promise<void> => loop.dispatch(event)
  const lent = (): PeerState['lent'] => state.lent
  const { lentRunner } = parts
  const runnerFor = (requester: PeerId): Runner =>
    requester === identity.peer ? runner : (lentRunner ?? runner)
  const defects = createDefects(parts.report ?? parts.fatal)
  const guests = createGuestBlobs(state, blobs)
  const executor = createExecutor({
    me: identity.peer,
    clock,
    blobs,
    fetcher,
    runnerFor,
    dispatch,
    lent,
    keyOf: (requester, job) => keys.find({ requester, job }),
    defects,
    signal,
  })
  const ownJobs = createOwnJobs({ state, blobs, keys, clock, dispatch, dropKey })
  const isSubmitting = (job: JobId): boolean => ownJobs.isSubmitting(job)
  const keyCare = createKeyCare({ state, keys, clock, executor, isSubmitting })
  const collector = createCollector({
    clock,
    blobs,
    fetcher,
    dispatch,
    connectedPeers: () => [identity.peer, ...transport.connections().map(({ peer }) => peer)],
    isWanted: (job, output) => isOutputWanted(state.jobs.get(job), output),
    sealOf: (job, unit) => {
      const key = ownJobs.keyOf(state.jobs.get(job))
      return key === undefined ? undefined : outputSeal(key, unit)
    },
    outputBytesMax: (job) => outputBytesMax(state.jobs.get(job)),
    defects,
    signal,
  })
  const publisher = createPublisher({ clock, state, stores: parts.stores, dispatch, defects })
  const results = createResultSender({
    clock,
    identity,
    transport,
    dispatch,
    defects,
    signal,
  })
  const { random } = parts
  const pairing = createPairing({ clock, random, transport, state, dispatch, signal })
  let cancelTick: (() => void) | undefined
  let stopListening: (() => void) | undefined

  /** For events that nobody waits for. A loop that has stopped takes none, and the next start makes up for them. */
  function tell(event: PeerEvent): void {
    if (!signal.aborted) loop.dispatch(event).catch(defects.ignoreFaults(`telling ${event.kind}`))
  }

  /** For what is tried again by itself when it fails. */
  function inBackground(work: Promise<void>, place: string): void {
    work.catch(defects.ignoreFaults(place))
  }

  /** Pauses sharing while nothing can be written down, and tells those who show it. */
  function stalled(by: Fault | undefined): void {
    const at_ms = clock.nowMs()
    if (by === undefined) delete state.view.diskFullSinceMs
    else state.view.diskFullSinceMs = at_ms
    publisher.commitmentChanged()
    for (const listener of listeners) listener([{ kind: 'tick', at_ms }])
  }

  /** For what others and the user ask for: while nothing can be written down they are told so at once, and ask again. */
  async function dispatchOrRefuse(kind: 'too-busy' | 'disk-full', event: PeerEvent): Promise<void> {
    const fault = loop.stalledBy()
    if (fault !== undefined && isDurable(event)) refuse(kind, fault.message)
    return loop.dispatch(event)
  }

  function perform(effects: readonly WorldEffect[]): void {
    for (const effect of effects) performOne(effect)
  }

  function performOne(effect: WorldEffect): void {
    switch (effect.kind) {
      case 'commitment-changed':
        return publisher.commitmentChanged()
      case 'allocation-due':
        return publisher.allocationDue()
      case 'publish-allocation':
        return publisher.publishAllocation(effect.allocation)
      case 'contacts-changed':
        publisher.followContacts()
        tendGuests()
        return transport.keepConnected(keptPeers(state))
      case 'ask-pairing':
        return inBackground(pairing.ask(effect.to), effect.kind)
      case 'tell-pairing':
        return inBackground(pairing.tell(effect.to, effect.news), effect.kind)
      case 'disconnect':
        return inBackground(transport.disconnect(effect.peer), effect.kind)
      case 'fetch-manifest':
        return collector.fetchManifest(effect.cid, effect.from)
      case 'fetch-outputs':
        return collector.fetchOutputs(effect.job, effect.outputs)
      case 'send-award':
        return void sendAward(effect)
      case 'send-withdraw':
        return tellPeer(effect.to, {
          kind: 'withdraw',
          job_id: effect.job,
          ...(effect.units === undefined ? {} : { units: [...effect.units] }),
        })
      case 'send-recall':
        return tellPeer(effect.to, { kind: 'recall', job_id: effect.job, units: [...effect.units] })
      case 'send-settled':
        return tellPeer(effect.to, { kind: 'settled', job_id: effect.job, units: [] })
      case 'prepare-job':
        return executor.prepare(effect.requester, effect.job, effect.manifestCid)
      case 'run-units':
        return executor.run(effect.requester, effect.job, effect.manifestCid, effect.units)
      case 'stop-units':
        return executor.stop(effect.requester, effect.job, effect.units)
      case 'send-results':
        return results.send(effect.to, effect.job, effect.manifestCid, effect.engine, effect.receipts)
      case 'send-hand-back':
        return void sendHandBack(effect)
      case 'release-holding':
        executor.release(effect.requester, effect.job)
        return effect.requester === identity.peer ? undefined : dropKey(effect)
      case 'job-ended':
        return
      case 'job-removed':
        return ownJobs.letGo(effect.job)
    }
  }

  async function sendAward(effect: WorldEffect & { kind: 'send-award' }): Promise<void> {
    const { to, award } = effect
    try {
      if (to === identity.peer) {
        await dispatch({ kind: 'award-received', at_ms: clock.nowMs(), from: to, award })
      } else {
        const sentAtMs = clock.nowMs()
        const key = ownJobs.keyOf(state.jobs.get(award.job_id))
        const message = { kind: 'award', award, ...(key === undefined ? {} : { key }) } as const
        await sendDirect(transport, to, message, signal)
        const at_ms = clock.nowMs()
        tell({ kind: 'award-taken', at_ms, peer: to, took_ms: Math.max(0, at_ms - sentAtMs) })
      }
    } catch (error) {
      const { job_id, award_id } = award
      const fault = defects.faultOf(error, 'sending an award')
      tell({ kind: 'award-refused', at_ms: clock.nowMs(), job_id, award_id, peer: to, fault })
    }
  }

  /** Tells a requester what it has back. One that does not hear of it is told again by the brain. */
  async function sendHandBack({
    to,
    job,
    units,
    reason,
  }: WorldEffect & { kind: 'send-hand-back' }): Promise<void> {
    try {
      if (to === identity.peer) {
        const at_ms = clock.nowMs()
        await dispatch({ kind: 'hand-back-received', at_ms, from: to, job_id: job, units: [...units] })
      } else {
        await sendDirect(transport, to, { kind: 'hand-back', job_id: job, units: [...units], reason }, signal)
      }
    } catch (error) {
      defects.faultOf(error, 'handing back')
      return
    }
    tell({ kind: 'hand-back-delivered', at_ms: clock.nowMs(), requester: to, job_id: job, units: [...units] })
  }

  /** Messages that help but need not arrive: commitments and deadlines say the same, later. */
  function tellPeer(to: PeerId, message: DirectMessage): void {
    const sent =
      to === identity.peer
        ? tellSelf(message)
        : sendDirect(transport, to, message, signal).then(() => undefined)
    sent.catch(defects.ignoreFaults(`telling of ${message.kind}`))
  }

  function tellSelf(message: DirectMessage): Promise<void> {
    const at_ms = clock.nowMs()
    if (message.kind === 'settled') {
      return dispatch({ kind: 'settled', at_ms, from: identity.peer, job_id: message.job_id })
    }
    if (message.kind === 'withdraw') {
      const { job_id, units } = message
      return dispatch({
        kind: 'withdrawn',
        at_ms,
        from: identity.peer,
        job_id,
        ...(units === undefined ? {} : { units }),
      })
    }
    if (message.kind === 'recall') {
      return dispatch({
        kind: 'recalled',
        at_ms,
        from: identity.peer,
        job_id: message.job_id,
        units: message.units,
      })
    }
    return Promise.resolve()
  }

  /** A key that cannot be deleted now is when `keyCare` looks. */
  function dropKey({ requester, job }: KeyedJob): void {
    try {
      keys.drop({ requester, job })
    } catch (error) {
      defects.faultOf(error, 'forgetting a key')
    }
  }

  /** Deletes what others' jobs left here, when its time has come. */
  function tendGuests(): void {
    // What could not be written down has not happened.
    if (loop.stalledBy() !== undefined) return
    try {
      guests.look()
      keyCare.look()
    } catch (error) {
      defects.faultOf(error, 'deleting what others left')
    }
  }

  /** Gives back what others have here, and waits a moment for them to hear of it; who does not is told after the restart. */
  async function leave(): Promise<void> {
    if (loop.stalledBy() !== undefined) return
    try {
      await dispatch({ kind: 'leaving', at_ms: clock.nowMs() })
    } catch (error) {
      // The loop has ended: there is nobody left to tell anybody.
      defects.faultOf(error, 'leaving')
      return
    }
    for (let waitedMs = 0; owesHandBack(state) && waitedMs < LEAVE_WITHIN_MS; waitedMs += LEAVE_LOOK_MS) {
      await new Promise<void>((resolve) => clock.after(LEAVE_LOOK_MS, resolve))
    }
  }

  function tick(): void {
    cancelTick = clock.after(TICK_MS, () => {
      tell({ kind: 'tick', at_ms: clock.nowMs() })
      tendGuests()
      tick()
    })
  }

  return {
    state,
    dispatch: (event) => dispatchOrRefuse('disk-full', event),
    async start() {
      guests.begin()
      ownJobs.letGoOfUnsubmitted()
      handleInbound({
        clock,
        identity,
        transport,
        state,
        dispatch: (event) => dispatchOrRefuse('too-busy', event),
        keys: { find: (job) => keys.find(job), keep: (job, key) => keyCare.keep(job, key) },
      })
      stopListening = transport.onConnection((event) => {
        const { kind, peer } = event
        if (!isKnown(state, peer) && !state.view.connected.has(peer)) return
        const at_ms = clock.nowMs()
        if (kind !== 'rerouted') tell({ kind, at_ms, peer })
        if (kind === 'disconnected' || event.dialled === undefined) return
        const address = event.dialled
        if (isWorthNoting(state, peer, address, at_ms)) tell({ kind: 'address-worked', at_ms, peer, address })
      })
      await Promise.all([transport.start(), runner.start(), lentRunner?.start()])
      await dispatch({ kind: 'started', at_ms: clock.nowMs() })
      // The first name is remembered too: contacts know this peer by it, whatever a later start is told.
      if (state.epoch === 1) await dispatch({ kind: 'named', at_ms: clock.nowMs(), name: state.name })
      tick()
    },
    async stop() {
      await leave()
      stopping.abort()
      cancelTick?.()
      stopListening?.()
      publisher.stop()
      await Promise.all([runner.stop(), lentRunner?.stop()])
      loop.stop()
      await transport.stop()
      await blobs.close()
      journal.close()
    },
    keyOf: (job) => ownJobs.keyOf(job),
    submit: (asked, alsoKeep = [], key) => ownJobs.submit(asked, alsoKeep, key),
    invite: (trust, validMs, { confirm = false } = {}) => pairing.invite(trust, validMs, confirm),
    pair: (invite, trust, within) => pairing.pair(invite, trust, within),
    async learn(record) {
      if (!isNewRecord(state, record)) return
      const { peer_id: peer, sequence, addresses } = record
      await dispatch({ kind: 'addresses-learned', at_ms: clock.nowMs(), peer, sequence, addresses })
    },
    activeUnits: () => executor.active(),
    loop: () => loop.condition(),
    troubleOf: (job) => collector.troubleOf(job),
    isKeyLost: (job) => ownJobs.isKeyLost(job),
    rights: createBlobRights(state, blobs),
    standingOf: (peer) => standingOf(state, peer),
    onEvents(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function isOutputWanted(job: JobState | undefined, { unit, cid }: WantedOutput): boolean {
  if (job === undefined || !isUnderWay(job)) return false
  const verified = job.units.get(unit)?.verified
  return verified?.cid === cid && !verified.stored
}

/** The most that one output may have: what its manifest says; nothing of a job that is gone. */
function outputBytesMax(job: JobState | undefined): number {
  if (job === undefined) return 0
  const { outputBytesMax: bytes } = runLimits(job.manifest)
  return job.manifest.encryption === undefined ? bytes : sealedBytes(bytes)
}

/** Whom to stay connected with: contacts, and those of whom somebody waits for the other's answer. */
function keptPeers({ contacts, outgoingPairs }: PeerState): KnownPeer[] {
  const waiting = [...outgoingPairs].map(([peer, { addresses }]) => ({ peer, addresses }))
  return [
    ...[...contacts.values()].map((contact) => ({ peer: contact.peer_id, addresses: dialOrder(contact) })),
    ...waiting,
  ]
}

/** Whether somebody's coming and going means anything here. */
function isKnown({ contacts, incomingPairs, outgoingPairs }: PeerState, peer: PeerId): boolean {
  return contacts.has(peer) || incomingPairs.has(peer) || outgoingPairs.has(peer)
}
