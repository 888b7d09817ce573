import type { DurableEvent, PeerEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { engineOfMachine, type Character, type Machine } from '../character.ts'
import type { Dice } from '../dice.ts'
import type { Message } from '../message.ts'
import type { Ask, Network } from '../network.ts'
import type { CrashPoint, UnitDurations } from '../scenario.ts'
import type { Schedule } from '../schedule.ts'
import { createBlobFetcher } from './blobs.ts'
import { restoreState, type Disk } from './disk.ts'
import { performEffect, type EffectDependencies, type WorldEffect } from './effects.ts'
import { createEventLoop, type WorldOptions } from './event-loop.ts'
import { createExecutor } from './executor.ts'
import { createGossip, type Gossip } from './gossip.ts'
import { lie } from './lies.ts'
import { createOutbox } from './outbox.ts'
import { createResponder } from './responder.ts'

/** How often lateness is looked for, as in the runtime. */
const TICK_MS = 1_000

/** Observes a process. Throws when an invariant does not hold. */
export interface Watcher {
  /** The events of a turn are in the journal, their effects not performed yet. */
  turned(process: Process, events: readonly PeerEvent[], durable: readonly DurableEvent[]): void
  /** A unit starts on one of this peer's cores. */
  starting(process: Process, requester: PeerId, job: JobId, unit: number, running: number): void
  effect(process: Process, effect: WorldEffect): void
  /** The peer acknowledged to another one that a message is safe with it. */
  taken(process: Process, from: PeerId, message: Message): void
}

/** The machine, the world and the person that a peer's program runs with. */
export interface ProcessDependencies {
  readonly me: PeerId
  readonly name: string
  readonly disk: Disk
  readonly machine: Machine
  readonly durations: UnitDurations
  readonly options: WorldOptions
  readonly character: Character
  readonly schedule: Schedule
  readonly dice: Dice
  readonly network: Network
  readonly watcher: Watcher
  /** Every manifest of the world, by CID: a blob's content is its name. */
  readonly manifests: ReadonlyMap<Cid, JobManifest>
  /** The power is gone. */
  readonly died: () => void
}

/** One run of a peer's program, from start to crash: the runtime of the product, in virtual time. */
export interface Process {
  readonly me: PeerId
  readonly state: PeerState
  readonly character: Character
  readonly nowMs: () => number
  /** Hands an event over; `done` when it is in the journal and its effects are under way. */
  dispatch(event: PeerEvent, done?: () => void): void
  pair(inviter: PeerId, secretHash: string, trust: number, done: (paired: boolean) => void): void
  /** Loses power at the given point of the next turn that writes something, or at once. */
  crash(point: CrashPoint | 'now'): void
}

/** Shared by every part of one run. `after`, `ask` and `dispatch` do nothing once the power is gone. */
interface Run {
  readonly me: PeerId
  readonly state: PeerState
  readonly isAlive: () => boolean
  readonly nowMs: () => number
  readonly after: (delayMs: number, action: () => void) => void
  readonly ask: Ask
  readonly dispatch: Process['dispatch']
}

/** Starts a peer's program on the state that its disk holds. */
export function startProcess(dependencies: ProcessDependencies): Process {
  const { me, disk, schedule, dice, network, watcher, character } = dependencies
  const state = restoreState(disk, me, dependencies.name)
  let alive = true
  const run: Run = {
    me,
    state,
    isAlive: () => alive,
    nowMs: () => schedule.nowMs() + dependencies.machine.skewMs,
    after(delayMs, action) {
      schedule.after(delayMs, () => {
        if (alive) action()
      })
    },
    ask(to, message, done) {
      network.request(me, to, message, (outcome) => {
        if (alive) done(outcome)
      })
    },
    dispatch(event, done) {
      if (alive) loop.dispatch(event, done)
    },
  }
  const { nowMs, after, ask, dispatch } = run
  const die = (): void => {
    if (!alive) return
    alive = false
    network.leave(me)
    dependencies.died()
  }
  const process: Process = {
    me,
    state,
    character,
    nowMs,
    dispatch,
    pair: (inviter, secretHash, trust, done) =>
      joinInviter(run, dependencies, { inviter, secretHash, trust }, done),
    crash(point) {
      if (point === 'now') die()
      else loop.crashAt(point)
    },
  }
  const effects = createEffects(run, dependencies, process)
  const loop = createEventLoop({
    state,
    disk,
    dice,
    options: dependencies.options,
    after,
    die,
    turned: (events, durable) => watcher.turned(process, events, durable),
    perform(effect) {
      watcher.effect(process, effect)
      performEffect(effect, effects)
    },
  })
  joinNetwork(run, dependencies, process, effects.gossip)
  const tick = (): void => after(TICK_MS, () => dispatch({ kind: 'tick', at_ms: nowMs() }, tick))
  dispatch({ kind: 'started', at_ms: nowMs() }, tick)
  if (character.kind === 'forger') {
    const send = (to: PeerId, message: Message): void => ask(to, message, () => undefined)
    lie({ state, machine: dependencies.machine, dice, after, nowMs, send })
  }
  return process
}

/** Creates everything that effects act through. */
function createEffects(run: Run, dependencies: ProcessDependencies, process: Process): EffectDependencies {
  const { me, state, nowMs, after, ask, dispatch } = run
  const { disk, network, character, machine, durations, dice, manifests, watcher } = dependencies
  const blobs = createBlobFetcher({ disk, manifests, nowMs, after, ask, dispatch })
  const executor = createExecutor({
    me,
    machine,
    durations,
    nowMs,
    character,
    dice,
    after,
    load: (cid, from, loaded) => blobs.loadManifest(cid, from, loaded),
    keepBlob: (cid) => disk.blobs.add(cid),
    dropBlobs: (cids) => {
      for (const cid of cids) disk.blobs.delete(cid)
    },
    starting: (requester, job, unit, running) => watcher.starting(process, requester, job, unit, running),
    prepared: (requester, job_id) => dispatch({ kind: 'job-prepared', at_ms: nowMs(), requester, job_id }),
    ran: (requester, job_id, receipts) =>
      dispatch({ kind: 'units-ran', at_ms: nowMs(), requester, job_id, receipts: [...receipts] }),
  })
  return {
    state,
    character,
    nowMs,
    dispatch,
    blobs,
    executor,
    gossip: createGossip({ me, state, disk, network, nowMs, after, ask, dispatch }),
    outbox: createOutbox({ me, engine: engineOfMachine(machine), nowMs, ask, dispatch }),
  }
}

/** Connects the program with the network: other peers' messages and publications reach it from now on. */
function joinNetwork(run: Run, dependencies: ProcessDependencies, process: Process, gossip: Gossip): void {
  const { me, state, isAlive, nowMs, dispatch } = run
  const { name, disk, network, character, manifests, watcher } = dependencies
  const respond = createResponder({
    name,
    state,
    disk,
    character,
    manifests,
    nowMs,
    dispatch,
    published: (store) => gossip.newest(store),
    taken: (from, message) => watcher.taken(process, from, message),
  })
  network.join(me, {
    connected(peer) {
      if (!state.pairing.contacts.has(peer)) return
      dispatch({ kind: 'connected', at_ms: nowMs(), peer })
      gossip.catchUp(peer)
    },
    disconnected(peer) {
      if (state.pairing.contacts.has(peer)) dispatch({ kind: 'disconnected', at_ms: nowMs(), peer })
    },
    answer: (from, message, reply) => {
      if (isAlive()) respond(from, message, reply)
    },
    hear: (from, publication) => {
      if (isAlive()) gossip.hear(from, publication)
    },
  })
}

/** Pairs with an inviter by the secret of its invite. */
function joinInviter(
  { me, state, nowMs, ask, dispatch }: Run,
  { name: ownName, network }: ProcessDependencies,
  { inviter, secretHash, trust }: { inviter: PeerId; secretHash: string; trust: number },
  done: (paired: boolean) => void,
): void {
  network.keepConnected(me, [...state.pairing.contacts.keys(), inviter])
  ask(inviter, { kind: 'pair', secretHash, name: ownName }, (outcome) => {
    if (!('reply' in outcome) || outcome.reply.kind !== 'paired') return done(false)
    const { name } = outcome.reply
    dispatch({ kind: 'paired', at_ms: nowMs(), peer: inviter, name, addresses: [], trust })
    dispatch({ kind: 'connected', at_ms: nowMs(), peer: inviter }, () => done(true))
  })
}
