import { outputsToCompare } from '../peer/requester/comparing.ts'
import { isNewRecord } from '../peer/pairing/address-book.ts'
import { tierOfContact } from '../peer/pairing/audiences.ts'
import type { PeerEvent } from '../peer/event.ts'
import type { Notice } from '../peer/notice.ts'
import type { JobState, TakenUnit } from '../peer/requester/slice.ts'
import type { PeerState } from '../peer/state.ts'
import { refuse, type Fault } from '../protocol/fault.ts'
import type { AddressRecord } from '../protocol/address-record.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import { outputSeal, type JobKey } from '../protocol/job-key.ts'
import type { Invite } from '../protocol/messages.ts'
import type { Thanks } from '../protocol/thanks.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { TurnClock } from '../ports/clock.ts'
import type { History } from '../ports/history.ts'
import type { Identity } from '../ports/identity.ts'
import type { JobKeys, KeyedJob } from '../ports/job-keys.ts'
import type { Journal } from '../ports/journal.ts'
import type { Random } from '../ports/random.ts'
import type { Runner } from '../ports/runner.ts'
import type { Standing, Transport } from '../ports/transport.ts'
import { createBlobRights, type BlobRights } from './blobs/blob-rights.ts'
import { createGuestBlobs } from './blobs/guest-blobs.ts'
import { createDefects, type Defects } from './defects.ts'
import { createEffectPerformer } from './effect-performer.ts'
import type { Brain, EventLoop, WorldEffect } from './event-loop.ts'
import { readEvidence, type StatementPage } from './evidence-reader.ts'
import { createExecutor } from './executing/executor.ts'
import type { ActiveUnit, RecentRun } from './executing/job-at-work.ts'
import { createKeyCare } from './executing/key-care.ts'
import { leave } from './leaving.ts'
import type { Convergence } from './messages/convergence.ts'
import { followConnections } from './messages/connections.ts'
import { createDirectSender } from './messages/direct-sender.ts'
import { handleInbound } from './messages/inbound.ts'
import { createPairing, type Paired } from './messages/pairing.ts'
import type { PublishedStores } from './messages/followed-contacts.ts'
import { createPublisher } from './messages/publisher.ts'
import { createResultSender } from './messages/result-sender.ts'
import { createPeerLoop, type PeerLoop } from './peer-loop.ts'
import { repeatEvery } from './repeating.ts'
import { createCollector } from './requesting/collector.ts'
import { createComparing } from './requesting/comparing.ts'
import { isOutputWanted, outputBytesMax } from './requesting/output-demand.ts'
import { createJobArchiver } from './requesting/job-archiver.ts'
import { createJobRecords, type JobRecords } from './requesting/job-records.ts'
import { createOwnJobs } from './requesting/own-jobs.ts'
import { standingOf } from './standing.ts'

/** How often a peer looks for work that is late and for blobs that are due. */
const TICK_MS = 1_000

/** One implementation of each port that a peer uses. */
export interface PeerDependencies {
  /** This peer's name until its user chooses one. */
  readonly name: string
  readonly clock: TurnClock
  readonly random: Random
  readonly identity: Identity
  readonly journal: Journal
  readonly history: History
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly transport: Transport
  readonly stores: PublishedStores
  readonly keys: JobKeys
  readonly runner: Runner
  /** Runs what others ask for, apart from own jobs; the same runner when absent. Started and stopped with it. */
  readonly lentRunner?: Runner
  /** Decides what follows from events; the peer's own brain when absent. */
  readonly brain?: Brain
  /** Records between two snapshots; a simulation has few, so that short runs restore from snapshots too. */
  readonly recordsPerSnapshot?: number
  /** The journal failed or a promise of our own broke: the process must end. */
  readonly fatal: (error: unknown) => void
  /** A defect of ours that need not end the peer; fatal when absent. */
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
   * inputs is sealed by the key, and so is what others make of them. Units that are taken over from an earlier job are done;
   * their outputs are among what is to be kept.
   * @throws FaultError `blob-missing` for one that is not in the store; `bad-input` for what cannot be encrypted
   */
  submit(
    manifest: JobManifest,
    alsoKeep?: readonly Cid[],
    key?: JobKey,
    taken?: readonly TakenUnit[],
  ): Promise<{ job: JobId; manifestCid: Cid }>
  /** By what the blobs of an own encrypted job are opened; undefined of others. @throws FaultError `storage-failed` when it is lost */
  keyOf(job: JobState): JobKey | undefined
  /** Makes an invite that opens once, within `validMs`, to trust `trust`; with `confirm` only to make a request. */
  invite(trust: number, validMs: number, options?: { readonly confirm?: boolean }): Promise<Invite>
  /** Uses a user's invite. @throws FaultError `bad-input`, `unreachable`, `invite-refused`, `too-busy`, `timed-out` */
  pair(invite: Invite, trust: number, signal: AbortSignal): Promise<Paired>
  /** A contact's signed record of where it is has come, newer than what is known or not. */
  learn(record: AddressRecord): Promise<void>
  activeUnits(): readonly ActiveUnit[]
  /** When each job of which something is at work was last computed here. */
  recentRuns(): readonly RecentRun[]
  /** How its rounds reach its contacts, in time and messages. */
  convergence(): Convergence
  /** How the loop of events goes: why it has stopped, if it has by a defect, and how many wait. */
  loop(): ReturnType<EventLoop['condition']>
  /** Why a job's outputs are not here although others have them, if it is for this machine's disk or quota. */
  troubleOf(job: JobId): Fault | undefined
  /** What was signed about a job of this name, after a record. @throws FaultError `storage-failed` */
  evidenceOf(job: JobId, after: number): StatementPage
  /** Whether a job is encrypted by a key that is here no longer. */
  isKeyLost(job: JobId): boolean
  /** The standing of a peer at this moment. */
  standingOf(peer: PeerId): Standing
  /** Whether this peer and a contact trust each other, as far as is known at this moment. */
  isTrusted(peer: PeerId): boolean
  /** The user's own jobs, those in the history too. */
  readonly jobs: JobRecords
  /** Ended jobs for which this holds stay in the state: something is to follow them. */
  keepWhile(isNeeded: (job: JobState) => boolean): void
  /** Thanks a provider, and waits until it has the thanks. @throws FaultError `unreachable`, or as the other side refuses */
  thank(to: PeerId, thanks: Thanks): Promise<void>
  /** Who takes the thanks of contacts, and refuses by a FaultError; until one is named all are refused. */
  takeThanksBy(take: TakeThanks): void
  /** Which peers may read which blob of this peer's store. */
  readonly rights: BlobRights
  /** Calls back after every turn of the loop with its notices, also with none, until the returned function is called. */
  onNotices(listener: (notices: readonly Notice[]) => void): () => void
}

/** Builds a peer around its restored state. Nothing runs before `start`. */
export function createPeerRuntime(dependencies: PeerDependencies): PeerRuntime {
  const { blobs } = dependencies
  const stopping = new AbortController()
  const defects = createDefects(dependencies.report ?? dependencies.fatal)
  const loop = createPeerLoop({
    ...dependencies,
    defects,
    signal: stopping.signal,
    perform,
    commitmentChanged: () => services.publisher.commitmentChanged(),
  })
  const { state } = loop
  const services = createServices({ ...dependencies, loop, defects, signal: stopping.signal })
  const { jobs, archiver, ownJobs, pairing, executor, collector, comparing } = services
  const performOne = createEffectPerformer({ ...dependencies, ...services, state, defects })
  const lifecycle = createLifecycle({ ...dependencies, ...services, loop, defects, stopping })

  function perform(effects: readonly WorldEffect[]): void {
    for (const effect of effects) performOne(effect)
  }

  return {
    state,
    ...lifecycle,
    dispatch: (event) => loop.dispatchOrRefuse('disk-full', event),
    keyOf: (job) => ownJobs.keyOf(job),
    submit: (asked, alsoKeep = [], key, taken = []) => ownJobs.submit(asked, alsoKeep, key, taken),
    invite: (trust, validMs, { confirm = false } = {}) => pairing.invite(trust, validMs, confirm),
    pair: (invite, trust, within) => pairing.pair(invite, trust, within),
    async learn(record) {
      if (!isNewRecord(state, record)) return
      const { peer_id: peer, sequence, addresses } = record
      const at_ms = dependencies.clock.nowMs()
      await loop.dispatch({ kind: 'addresses-learned', at_ms, peer, sequence, addresses })
    },
    activeUnits: () => executor.active(),
    recentRuns: () => executor.recentRuns(),
    convergence: () => services.publisher.convergence(),
    loop: () => loop.condition(),
    evidenceOf: (job, after) =>
      readEvidence({ evidence: dependencies.journal.evidence, identity: dependencies.identity }, job, after),
    troubleOf: (job) => collector.troubleOf(job) ?? comparing.troubleOf(job),
    isKeyLost: (job) => ownJobs.isKeyLost(job),
    jobs,
    keepWhile: (isNeeded) => archiver.keepWhile(isNeeded),
    thank: (to, thanks) => services.direct.sendThanks(to, thanks),
    takeThanksBy: (take) => void (services.thanks.take = take),
    rights: createBlobRights(state, blobs),
    standingOf: (peer) => standingOf(state, peer),
    isTrusted: (peer) => tierOfContact(state, peer) === 1,
    onNotices: (listener) => loop.onNotices(listener),
  }
}

/** The loop and the means that the services of one peer share. */
interface ServiceDependencies extends PeerDependencies {
  readonly loop: PeerLoop
  readonly defects: Defects
  /** Aborted when the peer stops. */
  readonly signal: AbortSignal
}

type Services = ReturnType<typeof createServices>

/** Creates the services by which a peer acts: it publishes, pairs, sends, runs units and fetches outputs. */
function createServices(dependencies: ServiceDependencies) {
  const { clock, random, identity, blobs, fetcher, transport, keys, history, loop, defects, signal } =
    dependencies
  const { state } = loop
  const dispatch = (event: PeerEvent): Promise<void> => loop.dispatch(event)
  const { runner, lentRunner = runner } = dependencies
  const executor = createExecutor({
    me: identity.peer,
    clock,
    blobs,
    fetcher,
    runnerFor: (requester) => (requester === identity.peer ? runner : lentRunner),
    dispatch,
    lent: () => state.sharing.lent,
    keyOf: (requester, job) => keys.find({ requester, job }),
    defects,
    signal,
  })
  const dropKey = (job: KeyedJob): void => dropKeyOf(job, keys, defects)
  // It is no defect, but its user would not hear of it otherwise.
  const damaged = (error: unknown): void =>
    void defects.faultOf(new Error('a job in the history', { cause: error }), 'reading jobs')
  const jobs = createJobRecords(state, history, damaged)
  const ownJobs = createOwnJobs({ state, jobs, blobs, keys, clock, dispatch, dropKey })
  const isSubmitting = (job: JobId): boolean => ownJobs.isSubmitting(job)
  const keyCare = createKeyCare({ state, jobs, keys, clock, executor, isSubmitting })
  const guests = createGuestBlobs(state, blobs)
  /** Deletes what others left that is due, and removed jobs that are still in the history. */
  const tendGuests = (): void => {
    // While the disk is full, no end of a job is journaled, so nothing is due.
    if (loop.stalledBy() !== undefined) return
    try {
      jobs.deleteRemoved()
      guests.look()
      keyCare.look()
    } catch (error) {
      defects.faultOf(error, 'deleting what is due')
    }
  }
  const keyOf = (job: JobId): JobKey | undefined => ownJobs.keyOf(jobs.find(job))
  const bringing = {
    clock,
    blobs,
    fetcher,
    dispatch,
    connections: () => [{ peer: identity.peer, sinceMs: 0 }, ...transport.connections()],
    sealOf: (job: JobId, unit: number) => {
      const key = keyOf(job)
      return key === undefined ? undefined : outputSeal(key, unit)
    },
    outputBytesMax: (job: JobId) => outputBytesMax(state, job),
    defects,
    signal,
  }
  const collector = createCollector({
    ...bringing,
    isWanted: (job, output) => isOutputWanted(state, job, output),
  })
  const comparing = createComparing({
    ...bringing,
    runner,
    jobOf: (job) => state.requester.jobs.get(job),
    wanted: outputsToCompare,
  })
  return {
    executor,
    jobs,
    archiver: createJobArchiver({ state, history, clock, dispatch, defects, signal }),
    ownJobs,
    keyCare,
    guests,
    collector,
    comparing,
    dropKey,
    publisher: createPublisher({ clock, state, stores: dependencies.stores, dispatch, defects }),
    results: createResultSender({ clock, identity, transport, dispatch, defects, signal }),
    direct: createDirectSender({ identity, clock, transport, loop, keyOf, defects, signal }),
    pairing: createPairing({ clock, random, transport, state, dispatch, signal }),
    tendGuests,
    thanks: { take: refuseThanks } as { take: TakeThanks },
  }
}

/** Takes the thanks of a contact. @throws FaultError for those that it may not send */
export type TakeThanks = (from: PeerId, thanks: Thanks) => void

function refuseThanks(): never {
  refuse('unsupported', 'thanks are not taken here')
}

/** Deletes a key. One that cannot be deleted now is deleted by `KeyCare.look`. */
function dropKeyOf({ requester, job }: KeyedJob, keys: JobKeys, defects: Defects): void {
  try {
    keys.drop({ requester, job })
  } catch (error) {
    defects.faultOf(error, 'forgetting a key')
  }
}

/** Creates the start and stop of a peer: nothing comes in before the one, or goes out after the other. */
function createLifecycle(
  dependencies: Omit<ServiceDependencies, 'signal'> & Services & { readonly stopping: AbortController },
): Pick<PeerRuntime, 'start' | 'stop'> {
  const { clock, identity, transport, runner, lentRunner, keys, blobs, journal } = dependencies
  const { loop, guests, jobs, ownJobs, comparing, archiver, keyCare, tendGuests, publisher, stopping } =
    dependencies
  const thanks: { readonly take: TakeThanks } = dependencies.thanks
  const { state } = loop
  let stopTicking: (() => void) | undefined
  let stopFollowing: (() => void) | undefined

  return {
    async start() {
      guests.begin()
      for (const job of loop.removed) {
        jobs.remove(job)
        ownJobs.letGo(job)
      }
      ownJobs.letGoOfUnsubmitted()
      comparing.begin()
      handleInbound({
        clock,
        identity,
        transport,
        state,
        dispatch: (event) => loop.dispatchOrRefuse('too-busy', event),
        takeThanks: (from, message) => thanks.take(from, message),
        keys: { find: (job) => keys.find(job), keep: (job, key) => keyCare.keep(job, key) },
      })
      stopFollowing = followConnections(dependencies)
      await Promise.all([transport.start(), runner.start(), lentRunner?.start()])
      await loop.dispatch({ kind: 'started', at_ms: clock.nowMs() })
      // The first name is remembered too: contacts know this peer by it, whatever a later start is told.
      if (state.epoch === 1) await loop.dispatch({ kind: 'named', at_ms: clock.nowMs(), name: state.name })
      stopTicking = repeatEvery(clock, TICK_MS, () => {
        loop.tell({ kind: 'tick', at_ms: clock.nowMs() })
        archiver.look()
        tendGuests()
      })
    },
    async stop() {
      await leave(dependencies)
      stopping.abort()
      stopTicking?.()
      stopFollowing?.()
      publisher.stop()
      await Promise.all([runner.stop(), lentRunner?.stop()])
      loop.stop()
      await transport.stop()
      await blobs.close()
      journal.close()
    },
  }
}
