import { encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, faultOf } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { RAW_BYTES_MAX, type BlobReceiver } from '../../ports/blob-store.ts'
import type { BlobSource } from './blob-source.ts'
import type { MemberSource, Sources } from './blob-sources.ts'
import type { OpenedLayout, TransferDependencies, TransferTask } from './transfer-task.ts'
import { CHUNK } from './blob-wire.ts'
import { inOrderOf } from '../chunks/chunk-set.ts'
import { createChunkSchedule, type ChunkSchedule } from '../chunks/chunk-schedule.ts'
import {
  CHUNK_MS_MAX,
  CHUNKS_AT_ONCE_MAX,
  CHUNKS_PER_SOURCE_MAX,
  LEASES_PER_MEMBER_MAX,
  TRANSFER_LOOK_MS,
  TRANSFER_STILL_MS_MAX,
} from '../limits.ts'
import type { PartialBlob } from '../chunks/partial-blobs.ts'
import { signalAfter, throwIfAborted } from '../signal-fault.ts'
import type { SwarmPlace } from '../swarm/swarm-members.ts'

/** A transfer whose layout is known. */
export interface Receiving {
  readonly task: TransferTask
  readonly parts: TransferDependencies
  readonly sources: Sources
  readonly receiver: BlobReceiver
  readonly layout: OpenedLayout
  readonly partial: PartialBlob
}

/**
 * Guidance by the blob's swarm. `alone` is a transfer without a swarm, or whose leader does not answer: then each peer
 * that has the blob may be asked for any chunk, and each member for those that it may have.
 */
type Guidance =
  | { readonly state: 'alone' }
  | { readonly state: 'joining' }
  | { readonly state: 'led'; readonly leader: PeerId; readonly take: Set<number> }

/** Brings all chunks that are missing into the receiver. @throws FaultError as `transferBlob` does */
export async function receiveChunks(receiving: Receiving): Promise<void> {
  if (receiving.receiver.missing().length === 0) return
  const run = createRun(receiving)
  const leader = receiving.task.leader()
  const place = leader === undefined ? undefined : joinSwarm(run, leader)
  const onAbort = () => run.wake()
  receiving.task.signal.addEventListener('abort', onAbort, { once: true })
  try {
    await receiveAll(run, () => place?.hurry())
  } finally {
    run.guidance = { state: 'alone' }
    place?.leave()
    receiving.task.signal.removeEventListener('abort', onAbort)
    // Afterwards the receiver is used no more.
    run.ending.abort(new FaultError({ kind: 'cancelled', message: 'the transfer has ended' }))
    await Promise.all(run.underWay)
  }
}

/** A transfer's chunks on their way. */
interface Run {
  readonly receiving: Receiving
  readonly chunksTotal: number
  readonly schedule: ChunkSchedule
  /** Chunks that are asked of each source now. */
  readonly busy: Map<PeerId, number>
  readonly underWay: Set<Promise<void>>
  /** Ends all requests. */
  readonly ending: AbortController
  readonly signal: AbortSignal
  guidance: Guidance
  pass: Uint8Array | undefined
  chunksDone: number
  ownFault: Error | undefined
  /** Ends the wait for a change. */
  wake: () => void
  /** Since when nothing is on its way and no source says that something will be. */
  stillSinceMs: number
}

function createRun(receiving: Receiving): Run {
  const { task, parts, receiver } = receiving
  const missing = receiver.missing()
  const ending = new AbortController()
  const order = task.leader() === undefined ? missing : inOrderOf(parts.transport.peer, missing)
  return {
    receiving,
    chunksTotal: missing.length,
    schedule: createChunkSchedule(order, () => parts.clock.nowMs()),
    busy: new Map(),
    underWay: new Set(),
    ending,
    signal: AbortSignal.any([task.signal, ending.signal]),
    guidance: { state: 'alone' },
    pass: undefined,
    chunksDone: 0,
    ownFault: undefined,
    wake: () => undefined,
    stillSinceMs: parts.clock.nowMs(),
  }
}

/** Asks sources until all chunks are here. `hurry` asks the swarm's leader for work now. */
async function receiveAll(run: Run, hurry: () => void): Promise<void> {
  const { schedule, underWay } = run
  const { task, parts, sources } = run.receiving
  const { clock } = parts
  while (schedule.left > 0) {
    throwIfAborted(task.signal)
    if (run.ownFault !== undefined) throw run.ownFault
    while (askEach(run)) continue
    if (underWay.size > 0) run.stillSinceMs = clock.nowMs()
    else if (sources.whole().length + sources.members().length === 0) {
      if (await sources.more()) continue
      throw new FaultError(sources.fault())
    } else if (clock.nowMs() - run.stillSinceMs > TRANSFER_STILL_MS_MAX) {
      throw new FaultError({ kind: 'timed-out', message: `nobody sends what is missing of ${task.cid}` })
    }
    if (schedule.left > schedule.inFlight) hurry()
    await change(run)
  }
}

/** Waits until something has changed, or it is time to look for what is late. */
async function change(run: Run): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = run.receiving.parts.clock.after(TRANSFER_LOOK_MS, resolve)
    run.wake = () => {
      cancel()
      resolve()
    }
  })
}

/** Asks every source that has room for one more chunk. @returns whether any was asked */
function askEach(run: Run): boolean {
  const { sources } = run.receiving
  const whole = sources.whole().map((source) => ({ source, member: undefined }))
  const members = sources.members().map((member) => ({ source: member, member }))
  const perSource = Math.min(
    CHUNKS_PER_SOURCE_MAX,
    LEASES_PER_MEMBER_MAX,
    Math.max(1, Math.floor(CHUNKS_AT_ONCE_MAX / Math.max(1, whole.length + members.length))),
  )
  let isAsked = false
  for (const { source, member } of [...members, ...whole]) {
    if (run.underWay.size >= CHUNKS_AT_ONCE_MAX) break
    if (source.isResting() || (run.busy.get(source.peer) ?? 0) >= perSource) continue
    const index = member === undefined ? takeFrom(run, source) : takeFromMember(run, member)
    if (index === undefined) continue
    isAsked = true
    const fetched = fetchOne(run, source, index, member).finally(() => run.underWay.delete(fetched))
    run.underWay.add(fetched)
  }
  return isAsked
}

function takeFrom({ guidance, schedule }: Run, source: BlobSource): number | undefined {
  if (guidance.state === 'joining') return undefined
  if (guidance.state === 'led' && source.peer === guidance.leader) {
    const index = schedule.takeOneOf(source.peer, guidance.take)
    if (index !== undefined) guidance.take.delete(index)
    return index
  }
  return schedule.take(source.peer, () => true)
}

function takeFromMember({ guidance, schedule }: Run, member: MemberSource): number | undefined {
  return schedule.take(member.peer, guidance.state === 'alone' ? member.mayHave : member.has)
}

/** Asks one source for one chunk and notes how that ended; never rejects. */
async function fetchOne(run: Run, source: BlobSource, index: number, member?: MemberSource): Promise<void> {
  const { busy, schedule, signal } = run
  busy.set(source.peer, (busy.get(source.peer) ?? 0) + 1)
  try {
    const pass = member === undefined ? undefined : run.pass
    await receiveChunk({ peer: source.peer, index, pass, signal }, run.receiving)
    source.succeeded()
    if (!schedule.isLacking(index)) return
    schedule.done(index)
    run.chunksDone += 1
    run.receiving.task.progress({ chunksDone: run.chunksDone, chunksTotal: run.chunksTotal })
  } catch (error) {
    schedule.failed(index, source.peer)
    if (isOurs(error, signal)) run.ownFault ??= errorOf(error)
    else if (member !== undefined && isMissing(error)) member.missed(index)
    else
      await source.failed(error, signal).catch((aborted: unknown) => void (run.ownFault ??= errorOf(aborted)))
  } finally {
    busy.set(source.peer, (busy.get(source.peer) ?? 1) - 1)
    run.wake()
  }
}

/** Joins the swarm of peers to which `leader` gives the blob. */
function joinSwarm(run: Run, leader: PeerId): SwarmPlace {
  const { schedule, underWay } = run
  const { task, parts, sources, layout, partial } = run.receiving
  run.guidance = { state: 'joining' }
  return parts.swarms.join(leader, {
    cid: task.cid,
    chunkCount: layout.chunkCount,
    report: () => ({ held: partial.held(), taking: takingFrom(run, leader), without: sources.lostMembers() }),
    onNews(news) {
      run.pass = news.pass
      const before = run.guidance.state === 'led' ? run.guidance.take : []
      const take = [...before, ...news.take].filter((index) => schedule.isLacking(index))
      run.guidance = { state: 'led', leader, take: new Set(take) }
      if (sources.whole().some(({ peer }) => peer === leader)) run.stillSinceMs = parts.clock.nowMs()
      sources.meet(news.holders, () => run.wake())
      run.wake()
    },
    onLeaderLost() {
      run.guidance = { state: 'alone' }
      run.wake()
    },
    isIdle: () => underWay.size < CHUNKS_AT_ONCE_MAX && schedule.left > schedule.inFlight,
  })
}

/** Chunks that this peer was told to take from the leader and does not have. */
function takingFrom({ guidance, schedule }: Run, leader: PeerId): number[] {
  const waiting = guidance.state === 'led' ? [...guidance.take] : []
  return [...waiting, ...schedule.askedOf(leader)].slice(0, LEASES_PER_MEMBER_MAX)
}

/** One chunk asked of one peer. */
interface ChunkRequest {
  readonly peer: PeerId
  readonly index: number
  /** The leader's pass, which opens a member's copy to us. */
  readonly pass: Uint8Array | undefined
  readonly signal: AbortSignal
}

/** Fetches a chunk and hands it to the receiver, which verifies it. */
async function receiveChunk(
  { peer, index, pass, signal }: ChunkRequest,
  { task, parts, layout, receiver }: Pick<Receiving, 'task' | 'parts' | 'layout' | 'receiver'>,
): Promise<void> {
  const { transport, clock, memory, onReceived, download, rates } = parts
  throwIfAborted(signal)
  const into = layout.isPiece ? undefined : memory.take()
  // How long a chunk is shows when it is here: room for the longest is taken, and what was too much given back.
  const room = into?.byteLength ?? RAW_BYTES_MAX
  const deadline = signalAfter(clock, CHUNK_MS_MAX)
  let received = 0
  try {
    await download.take(room, signal)
    rates.begin(peer)
    try {
      const question = encodeCanonical({ cid: task.cid, index, ...(pass === undefined ? {} : { pass }) })
      const both = AbortSignal.any([signal, deadline.signal])
      const bytes = await transport.request(peer, CHUNK, question, {
        signal: both,
        ...(into === undefined ? {} : { into }),
      })
      received = bytes.byteLength
      onReceived(received)
      await receiver.chunk(index, bytes)
    } finally {
      rates.end(peer, received)
      download.giveBack(room - received)
    }
  } finally {
    deadline.cancel()
    if (into !== undefined) memory.give(into)
  }
}

/** Whether a member just does not have a chunk, or does not know yet that we may have it. */
function isMissing(error: unknown): boolean {
  return error instanceof FaultError && ['blob-missing', 'not-trusted'].includes(error.fault.kind)
}

/** Whether a failure is this side's own, so that no other source would help. */
export function isOurs(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || !(error instanceof FaultError)) return true
  const { kind } = faultOf(error, 'unreachable')
  return kind === 'quota-exceeded' || kind === 'storage-failed'
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
