import { threadCpuUsage } from 'node:process'
import {
  admitAward,
  admitHandBack,
  admitResults,
  admitSettlement,
  admitWithdrawal,
} from '../../peer/admission.ts'
import { admitPairing } from '../../peer/pairing.ts'
import { encodeEvent, encodeState } from '../../peer/codec.ts'
import type { Effect, WantedOutput } from '../../peer/effect.ts'
import type { DurableEvent, PeerEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { Character, Machine } from '../character.ts'
import type { Dice } from '../dice.ts'
import { restoreState, type Disk } from './disk.ts'
import { createExecutor } from './executor.ts'
import { lie, overclaim } from './lies.ts'
import { arrived, type Message, type Reply } from '../message.ts'
import type { Ask, Network } from '../network.ts'
import { createOutbox } from './outbox.ts'
import { createPublisher } from './publisher.ts'
import type { Pace } from '../scenario.ts'
import type { Schedule } from '../schedule.ts'

/** How often lateness is looked for, as in the runtime. */
const TICK_MS = 1_000
/** Stored outputs within this time share one event. */
const COALESCE_STORED_MS = 10
/** A flush of the journal, with all events that wait meanwhile. */
const FLUSH_MS: readonly [number, number] = [0, 4]
/** Small, so that short runs restore from snapshots too. */
const RECORDS_PER_SNAPSHOT = 60

/** What a benchmark or a test changes about every process. */
export interface WorldOptions {
  /** Records between two snapshots; a benchmark of matching takes none. */
  readonly recordsPerSnapshot?: number
  /** Told how long, in real milliseconds, each event took its brain. */
  readonly thought?: (ms: number) => void
  /** A brain that is broken on purpose, to see that the audit reports it. */
  readonly brain?: typeof advance
}

/** An effect in the world. */
export type WorldEffect = Exclude<Effect, { kind: 'record' }>

/** Where in its next turn that writes something a peer loses its power. */
export type CrashPoint = 'before-flush' | 'after-flush' | 'between-effects'

/** Hears that a blob is here, or why not and who was not there to ask. */
type Fetched = (fault: Fault | undefined, unreachable: readonly PeerId[]) => void

/** Who looks on. Throws when something is not as it should be. */
export interface Watcher {
  /** The events of a turn are in the journal, their effects not performed yet. */
  turned(process: Process, events: readonly PeerEvent[], durable: readonly DurableEvent[]): void
  /** A unit starts on one of this peer's cores. */
  starting(process: Process, requester: PeerId, job: JobId, unit: number, running: number): void
  effect(process: Process, effect: WorldEffect): void
  /** The peer told somebody that a message is safe with it. */
  taken(process: Process, from: PeerId, message: Message): void
}

/** What a peer's program is made of. */
export interface ProcessParts {
  readonly me: PeerId
  readonly name: string
  readonly disk: Disk
  readonly machine: Machine
  readonly pace: Pace
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

/** Starts a peer's program on what its disk holds. */
export function startProcess(parts: ProcessParts): Process {
  const { me, disk, schedule, dice, network, watcher, character } = parts
  const state = restoreState(disk, me, parts.name)
  let alive = true
  let crashAt: CrashPoint | undefined
  let inbox: { event: PeerEvent; done: (() => void) | undefined }[] = []
  let turning = false
  let sinceSnapshot = 0
  const nowMs = (): number => schedule.nowMs() + parts.machine.skewMs

  function after(delayMs: number, action: () => void): void {
    schedule.after(delayMs, () => {
      if (alive) action()
    })
  }

  const ask: Ask = (to, message, done) => {
    network.request(me, to, message, (outcome) => {
      if (alive) done(outcome)
    })
  }

  function die(): void {
    if (!alive) return
    alive = false
    network.leave(me)
    parts.died()
  }

  // inbox → journal → step → effects

  function dispatch(event: PeerEvent, done?: () => void): void {
    if (!alive) return
    inbox.push({ event, done })
    if (turning) return
    turning = true
    after(dice.between(...FLUSH_MS), turn)
  }

  function think(event: PeerEvent): ReturnType<typeof advance> {
    const { thought, brain = advance } = parts.options
    if (thought === undefined) return brain(state, event)
    const before = threadCpuUsage()
    const result = brain(state, event)
    const { user, system } = threadCpuUsage(before)
    thought((user + system) / 1_000)
    return result
  }

  function turn(): void {
    turning = false
    const waiting = inbox
    inbox = []
    const durable: DurableEvent[] = []
    const effects: WorldEffect[] = []
    for (const { event } of waiting) {
      const result = think(event)
      durable.push(...result.durable)
      effects.push(...result.effects)
    }
    const point = durable.length > 0 ? crashAt : undefined
    if (point === 'before-flush') return die()
    disk.records.push(...durable.map(encodeEvent))
    sinceSnapshot += durable.length
    watcher.turned(
      process,
      waiting.map(({ event }) => event),
      durable,
    )
    if (point === 'after-flush') return die()
    const cut = point === 'between-effects' ? dice.between(0, effects.length) : effects.length
    for (const effect of effects.slice(0, cut)) perform(effect)
    if (point === 'between-effects') return die()
    if (sinceSnapshot >= (parts.options.recordsPerSnapshot ?? RECORDS_PER_SNAPSHOT)) {
      disk.snapshot = { sequence: disk.records.length, bytes: encodeState(state) }
      sinceSnapshot = 0
    }
    for (const { done } of waiting) done?.()
  }

  function perform(effect: WorldEffect): void {
    watcher.effect(process, effect)
    switch (effect.kind) {
      case 'commitment-changed':
        return publisher.commitmentChanged()
      case 'allocation-due':
        return publisher.allocationDue()
      case 'publish-allocation':
        return publisher.publishAllocation(overclaim(state, character, effect.allocation, nowMs()))
      case 'contacts-changed':
        return publisher.followContacts()
      case 'ask-pairing':
      case 'tell-pairing':
      case 'disconnect':
        // Pairings of the simulation wait for nobody's yes.
        return
      case 'fetch-manifest':
        return load(effect.cid, effect.from, (manifest) => {
          if ('kind' in manifest) dispatch({ kind: 'manifest-missing', at_ms: nowMs(), cid: effect.cid })
          else dispatch({ kind: 'manifest', at_ms: nowMs(), cid: effect.cid, manifest })
        })
      case 'fetch-outputs':
        for (const output of effect.outputs) collect(effect.job, output)
        return
      case 'send-award':
        return outbox.award(effect.to, effect.award)
      case 'send-withdraw':
        return outbox.tell(effect.to, {
          kind: 'withdraw',
          job: effect.job,
          ...(effect.units === undefined ? {} : { units: effect.units }),
        })
      case 'send-recall':
        return outbox.tell(effect.to, { kind: 'recall', job: effect.job, units: effect.units })
      case 'send-settled':
        return outbox.tell(effect.to, { kind: 'settled', job: effect.job })
      case 'prepare-job':
        return executor.prepare(effect.requester, effect.job, effect.manifestCid)
      case 'run-units':
        return executor.run(effect.requester, effect.job, effect.manifestCid, effect.units)
      case 'stop-units':
        return executor.stop(effect.requester, effect.job, effect.units)
      case 'send-results':
        return outbox.results(effect.to, effect.job, effect.receipts)
      case 'send-hand-back':
        return outbox.handBack(effect.to, effect.job, effect.units)
      case 'release-holding':
        return executor.release(effect.requester, effect.job)
      case 'job-ended':
      case 'job-removed':
        return
    }
  }

  const publisher = createPublisher({ me, state, disk, network, nowMs, after, ask, dispatch })
  const outbox = createOutbox({ me, nowMs, ask, dispatch })

  // blobs

  /** Fetches a blob from the first of these peers that hands it over; else says who could not be reached. */
  function fetch(
    cid: Cid,
    from: readonly PeerId[],
    done: Fetched,
    unreachable: readonly PeerId[] = [],
  ): void {
    const [first, ...rest] = from
    if (disk.blobs.has(cid)) return after(0, () => done(undefined, []))
    if (first === undefined)
      return done({ kind: 'blob-missing', message: 'nobody hands it over' }, unreachable)
    ask(first, { kind: 'get-blob', cid }, (outcome) => {
      if ('reply' in outcome && outcome.reply.kind === 'taken') {
        disk.blobs.add(cid)
        done(undefined, [])
      } else {
        fetch(cid, rest, done, 'reply' in outcome ? unreachable : [...unreachable, first])
      }
    })
  }

  function load(cid: Cid, from: PeerId, loaded: (manifest: JobManifest | Fault) => void): void {
    fetch(cid, [from], (fault) => {
      const manifest = parts.manifests.get(cid)
      loaded(fault ?? manifest ?? { kind: 'malformed', message: 'not a manifest' })
    })
  }

  const stored = new Map<JobId, number[]>()

  function collect(job: JobId, { unit, cid, from }: WantedOutput): void {
    fetch(cid, from, (fault, away) => {
      if (fault !== undefined) {
        const unreachable = [...away]
        const missed = { at_ms: nowMs(), job_id: job, unit_index: unit, cid, unreachable }
        return dispatch({ kind: 'output-unavailable', ...missed })
      }
      const units = stored.get(job)
      if (units !== undefined) return void units.push(unit)
      stored.set(job, [unit])
      after(COALESCE_STORED_MS, () => {
        const ready = stored.get(job) ?? []
        stored.delete(job)
        dispatch({ kind: 'outputs-stored', at_ms: nowMs(), job_id: job, units: ready })
      })
    })
  }

  const executor = createExecutor({
    me,
    machine: parts.machine,
    pace: parts.pace,
    nowMs,
    character,
    dice,
    after,
    load,
    keepBlob: (cid) => disk.blobs.add(cid),
    dropBlobs: (cids) => {
      for (const cid of cids) disk.blobs.delete(cid)
    },
    starting: (requester, job, unit, running) => watcher.starting(process, requester, job, unit, running),
    prepared: (requester, job_id) => dispatch({ kind: 'job-prepared', at_ms: nowMs(), requester, job_id }),
    ran: (requester, job_id, receipts) =>
      dispatch({ kind: 'units-ran', at_ms: nowMs(), requester, job_id, receipts: [...receipts] }),
  })

  // others' messages

  function answer(from: PeerId, message: Message, reply: (reply: Reply) => void): void {
    const taken = (): void => {
      watcher.taken(process, from, message)
      reply({ kind: 'taken' })
    }
    const refuse = (fault: Fault): void => reply({ kind: 'refused', fault })
    if (message.kind === 'pair') return acceptPairing(from, message, reply)
    if (message.kind === 'get-published') {
      return reply({ kind: 'published', publication: publisher.newest(message.store) })
    }
    if (!state.contacts.has(from)) return refuse({ kind: 'unknown-peer', message: 'not paired' })
    switch (message.kind) {
      case 'award': {
        const admitted = admitAward(state, from, message.award, nowMs())
        if (!admitted.ok) return refuse(admitted.fault)
        return dispatch(arrived(from, message, nowMs()), taken)
      }
      case 'results': {
        const admitted = admitResults(state, from, message.job, message.receipts)
        if (!admitted.ok) return refuse(admitted.fault)
        if (admitted.value.length === 0) return taken()
        return dispatch(arrived(from, { ...message, receipts: admitted.value }, nowMs()), taken)
      }
      case 'withdraw':
        if (!admitWithdrawal(state, from, message.job, message.units)) return taken()
        return dispatch(arrived(from, message, nowMs()), taken)
      case 'settled':
        if (!admitSettlement(state, from, message.job)) return taken()
        return dispatch(arrived(from, message, nowMs()), taken)
      case 'recall':
        return dispatch(arrived(from, message, nowMs()), taken)
      case 'hand-back': {
        const units = admitHandBack(state, from, message.job, message.units)
        if (units.length === 0) return taken()
        return dispatch(arrived(from, { ...message, units }, nowMs()), taken)
      }
      case 'get-blob': {
        const hidden = character.kind === 'withholder' && !parts.manifests.has(message.cid)
        if (disk.blobs.has(message.cid) && !hidden) return reply({ kind: 'taken' })
        return refuse({ kind: 'blob-missing', message: 'not here' })
      }
    }
  }

  function acceptPairing(
    from: PeerId,
    message: Message & { kind: 'pair' },
    reply: (reply: Reply) => void,
  ): void {
    const admitted = admitPairing(state, message.secretHash, from, nowMs())
    if (!admitted.ok) return reply({ kind: 'refused', fault: admitted.fault })
    const { secretHash: secret_hash, name } = message
    const paired = { at_ms: nowMs(), peer: from, name, addresses: [], trust: admitted.value, secret_hash }
    dispatch({ kind: 'paired', ...paired }, () =>
      dispatch({ kind: 'connected', at_ms: nowMs(), peer: from }, () =>
        reply({ kind: 'paired', name: parts.name }),
      ),
    )
  }

  function tick(): void {
    after(TICK_MS, () => dispatch({ kind: 'tick', at_ms: nowMs() }, tick))
  }

  const process: Process = {
    me,
    state,
    character,
    nowMs,
    dispatch,
    pair(inviter, secretHash, trust, done) {
      network.keepConnected(me, [...state.contacts.keys(), inviter])
      ask(inviter, { kind: 'pair', secretHash, name: parts.name }, (outcome) => {
        if (!('reply' in outcome) || outcome.reply.kind !== 'paired') return done(false)
        const { name } = outcome.reply
        dispatch({ kind: 'paired', at_ms: nowMs(), peer: inviter, name, addresses: [], trust })
        dispatch({ kind: 'connected', at_ms: nowMs(), peer: inviter }, () => done(true))
      })
    },
    crash(point) {
      if (point === 'now') die()
      else crashAt = point
    },
  }

  network.join(me, {
    connected(peer) {
      if (!state.contacts.has(peer)) return
      dispatch({ kind: 'connected', at_ms: nowMs(), peer })
      publisher.catchUp(peer)
    },
    disconnected(peer) {
      if (state.contacts.has(peer)) dispatch({ kind: 'disconnected', at_ms: nowMs(), peer })
    },
    answer: (from, message, reply) => {
      if (alive) answer(from, message, reply)
    },
    hear: (from, publication) => {
      if (alive) publisher.hear(from, publication)
    },
  })
  dispatch({ kind: 'started', at_ms: nowMs() }, tick)
  if (character.kind === 'forger')
    lie({ state, dice, after, nowMs, send: (to, message) => ask(to, message, () => undefined) })
  return process
}
