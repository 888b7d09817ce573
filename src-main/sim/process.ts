import { admitPairing } from '../peer/pairing.ts'
import { admitAward } from '../peer/provider.ts'
import { composeCommitment } from '../peer/publishing.ts'
import { encodeEvent, encodeState } from '../peer/codec.ts'
import type { Effect, WantedOutput } from '../peer/effect.ts'
import type { DurableEvent, PeerEvent } from '../peer/event.ts'
import { holdingKey, type PeerState } from '../peer/state.ts'
import { advance } from '../peer/step.ts'
import { RECEIPTS_MAX } from '../protocol/limits.ts'
import type { Fault } from '../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { Character, Machine } from './character.ts'
import type { Dice } from './dice.ts'
import { restoreState, type Disk } from './disk.ts'
import { createExecutor } from './executor.ts'
import { lie, overclaim } from './lies.ts'
import { isNewer, type Message, type Publication, type Reply, type StoreName } from './message.ts'
import type { Network, RequestOutcome } from './network.ts'
import type { Schedule } from './schedule.ts'

/** The runtime's times: a change is composed after, matchings are apart, lateness is looked for every … */
const COMPOSE_AFTER_MS = 20
const ALLOCATE_EVERY_MS = 30
const TICK_MS = 1_000
/** Publications of one store closer than this travel as the newest (`persistDebounce`). */
const DEBOUNCE_MS = 100
/** Stored outputs within this time share one event. */
const COALESCE_STORED_MS = 10
/** A flush of the journal, with all events that wait meanwhile. */
const FLUSH_MS: readonly [number, number] = [0, 4]
/** Small, so that short runs restore from snapshots too. */
const RECORDS_PER_SNAPSHOT = 60

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
  nowMs(): number
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

  function turn(): void {
    turning = false
    const waiting = inbox
    inbox = []
    const durable: DurableEvent[] = []
    const effects: WorldEffect[] = []
    for (const { event } of waiting) {
      const result = advance(state, event)
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
    if (sinceSnapshot >= RECORDS_PER_SNAPSHOT) {
      disk.snapshot = { sequence: disk.records.length, bytes: encodeState(state) }
      sinceSnapshot = 0
    }
    for (const { done } of waiting) done?.()
  }

  function perform(effect: WorldEffect): void {
    watcher.effect(process, effect)
    switch (effect.kind) {
      case 'commitment-changed':
        return commitmentChanged()
      case 'allocation-due':
        return allocationDue()
      case 'publish-allocation': {
        const allocation = overclaim(state, character, effect.allocation, nowMs())
        dispatch({ kind: 'allocation', at_ms: nowMs(), allocation })
        return publish({ store: 'allocation', value: allocation })
      }
      case 'contacts-changed':
        return followContacts()
      case 'fetch-manifest':
        return load(effect.cid, effect.from, (manifest) => {
          if ('kind' in manifest) dispatch({ kind: 'manifest-missing', at_ms: nowMs(), cid: effect.cid })
          else dispatch({ kind: 'manifest', at_ms: nowMs(), cid: effect.cid, manifest })
        })
      case 'fetch-outputs':
        for (const output of effect.outputs) collect(effect.job, output)
        return
      case 'send-award':
        return sendAward(effect)
      case 'send-withdraw':
        return tell(effect.to, {
          kind: 'withdraw',
          job: effect.job,
          ...(effect.units === undefined ? {} : { units: effect.units }),
        })
      case 'send-settled':
        return tell(effect.to, { kind: 'settled', job: effect.job })
      case 'run-units':
        return executor.run(effect.requester, effect.job, effect.manifestCid, effect.units)
      case 'stop-units':
        return executor.stop(effect.requester, effect.job, effect.units)
      case 'send-results':
        return sendResults(effect.to, effect.job, effect.receipts)
      case 'release-holding':
        return executor.release(effect.requester, effect.job)
      case 'job-ended':
      case 'job-removed':
        return
    }
  }

  // publishing

  let composing = false
  let allocating = false
  let allocatedAtMs = 0
  const published = new Map<StoreName, { newest: Publication; sentAtMs: number; waiting: boolean }>()
  const following = new Map<PeerId, Map<StoreName, Publication>>()

  function commitmentChanged(): void {
    if (composing) return
    composing = true
    after(COMPOSE_AFTER_MS, () => {
      composing = false
      publish({ store: 'commitment', value: composeCommitment(state, nowMs()) })
    })
  }

  function allocationDue(): void {
    if (allocating) return
    allocating = true
    after(Math.max(0, allocatedAtMs + ALLOCATE_EVERY_MS - nowMs()), () => {
      allocating = false
      allocatedAtMs = nowMs()
      dispatch({ kind: 'allocate', at_ms: allocatedAtMs })
    })
  }

  function publish(newest: Publication): void {
    const known = published.get(newest.store) ?? {
      newest,
      sentAtMs: Number.NEGATIVE_INFINITY,
      waiting: false,
    }
    published.set(newest.store, known)
    known.newest = newest
    if (known.waiting) return
    known.waiting = true
    after(Math.max(0, known.sentAtMs + DEBOUNCE_MS - nowMs()), () => {
      known.waiting = false
      known.sentAtMs = nowMs()
      network.publish(me, known.newest)
    })
  }

  function followContacts(): void {
    network.keepConnected(me, [...state.contacts.keys()])
    for (const peer of [...following.keys()]) if (!state.contacts.has(peer)) following.delete(peer)
    for (const peer of state.contacts.keys()) {
      if (following.has(peer)) continue
      following.set(peer, new Map())
      for (const [store, authors] of disk.remembered) {
        const remembered = authors.get(peer)
        if (remembered !== undefined) hear(peer, remembered)
        askPublished(peer, store)
      }
    }
  }

  function askPublished(peer: PeerId, store: StoreName): void {
    network.request(me, peer, { kind: 'get-published', store }, (outcome) => {
      if (!alive || !('reply' in outcome) || outcome.reply.kind !== 'published') return
      if (outcome.reply.publication !== undefined) hear(peer, outcome.reply.publication)
    })
  }

  function hear(from: PeerId, publication: Publication): void {
    const known = following.get(from)
    if (known === undefined || !isNewer(publication, known.get(publication.store))) return
    known.set(publication.store, publication)
    disk.remembered.get(publication.store)?.set(from, publication)
    if (publication.store === 'commitment') {
      dispatch({ kind: 'commitment', at_ms: nowMs(), commitment: publication.value })
    } else {
      dispatch({ kind: 'allocation', at_ms: nowMs(), allocation: publication.value })
    }
  }

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
    network.request(me, first, { kind: 'get-blob', cid }, (outcome) => {
      if (!alive) return
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
    character,
    dice,
    after,
    load,
    keepBlob: (cid) => disk.blobs.add(cid),
    dropBlobs: (cids) => {
      for (const cid of cids) disk.blobs.delete(cid)
    },
    starting: (requester, job, unit, running) => watcher.starting(process, requester, job, unit, running),
    ran: (requester, job_id, receipts) =>
      dispatch({ kind: 'units-ran', at_ms: nowMs(), requester, job_id, receipts: [...receipts] }),
  })

  // direct messages

  function send(to: PeerId, message: Message, done: (outcome: RequestOutcome) => void): void {
    network.request(me, to, message, (outcome) => {
      if (!alive) return
      if ('reply' in outcome && outcome.reply.kind === 'refused') done({ fault: outcome.reply.fault })
      else done(outcome)
    })
  }

  function sendAward({ to, award }: WorldEffect & { kind: 'send-award' }): void {
    if (to === me) return dispatch({ kind: 'award-received', at_ms: nowMs(), from: me, award })
    send(to, { kind: 'award', award }, (outcome) => {
      if ('reply' in outcome) return
      const { job_id, award_id } = award
      dispatch({ kind: 'award-refused', at_ms: nowMs(), job_id, award_id, peer: to, fault: outcome.fault })
    })
  }

  function tell(to: PeerId, message: Message & { kind: 'withdraw' | 'settled' }): void {
    if (to !== me) return send(to, message, () => undefined)
    take(me, message)
  }

  function take(from: PeerId, message: Message & { kind: 'withdraw' | 'settled' }, done?: () => void): void {
    const at_ms = nowMs()
    if (message.kind === 'settled') {
      return dispatch({ kind: 'settled', at_ms, from, job_id: message.job }, done)
    }
    const units = message.units === undefined ? {} : { units: [...message.units] }
    dispatch({ kind: 'withdrawn', at_ms, from, job_id: message.job, ...units }, done)
  }

  const outboxes = new Map<string, { waiting: ExecutionReceipt[]; sending: boolean }>()

  /** One message to a requester is in flight at a time; receipts that come meanwhile travel together. */
  function sendResults(to: PeerId, job: JobId, receipts: readonly ExecutionReceipt[]): void {
    const key = holdingKey(to, job)
    const outbox = outboxes.get(key) ?? { waiting: [], sending: false }
    outboxes.set(key, outbox)
    const known = new Set(outbox.waiting.map((receipt) => receipt.unit_index))
    outbox.waiting.push(...receipts.filter((receipt) => !known.has(receipt.unit_index)))
    if (!outbox.sending) drain(to, job, outbox)
  }

  function drain(to: PeerId, job: JobId, outbox: { waiting: ExecutionReceipt[]; sending: boolean }): void {
    const receipts = outbox.waiting.splice(0, RECEIPTS_MAX)
    outbox.sending = receipts.length > 0
    if (!outbox.sending) return
    const units = receipts.map(({ unit_index, attempt }) => ({ unit_index, attempt }))
    const delivered = (): void => {
      dispatch({ kind: 'results-delivered', at_ms: nowMs(), requester: to, job_id: job, units }, () =>
        drain(to, job, outbox),
      )
    }
    if (to === me) {
      return dispatch(
        { kind: 'results-received', at_ms: nowMs(), from: me, job_id: job, receipts },
        delivered,
      )
    }
    send(to, { kind: 'results', job, receipts }, (outcome) => {
      if ('reply' in outcome) return delivered()
      outbox.waiting = []
      outbox.sending = false
    })
  }

  function answer(from: PeerId, message: Message, reply: (reply: Reply) => void): void {
    const taken = (): void => {
      watcher.taken(process, from, message)
      reply({ kind: 'taken' })
    }
    const refuse = (fault: Fault): void => reply({ kind: 'refused', fault })
    if (message.kind === 'pair') return acceptPairing(from, message, reply)
    if (message.kind === 'get-published') {
      return reply({ kind: 'published', publication: published.get(message.store)?.newest })
    }
    if (!state.contacts.has(from)) return refuse({ kind: 'unknown-peer', message: 'not paired' })
    switch (message.kind) {
      case 'award': {
        const admitted = admitAward(state, from, message.award, nowMs())
        if (!admitted.ok) return refuse(admitted.fault)
        return dispatch({ kind: 'award-received', at_ms: nowMs(), from, award: message.award }, taken)
      }
      case 'results':
        return dispatch(
          {
            kind: 'results-received',
            at_ms: nowMs(),
            from,
            job_id: message.job,
            receipts: [...message.receipts],
          },
          taken,
        )
      case 'withdraw':
      case 'settled':
        return take(from, message, taken)
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
    const admitted = admitPairing(state, message.secretHash, nowMs())
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
      send(inviter, { kind: 'pair', secretHash, name: parts.name }, (outcome) => {
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
      for (const store of disk.remembered.keys()) askPublished(peer, store)
    },
    disconnected(peer) {
      if (state.contacts.has(peer)) dispatch({ kind: 'disconnected', at_ms: nowMs(), peer })
    },
    answer: (from, message, reply) => {
      if (alive) answer(from, message, reply)
    },
    hear: (from, publication) => {
      if (alive) hear(from, publication)
    },
  })
  dispatch({ kind: 'started', at_ms: nowMs() }, tick)
  if (character.kind === 'forger')
    lie({ state, dice, after, nowMs, send: (to, message) => send(to, message, () => undefined) })
  return process
}
