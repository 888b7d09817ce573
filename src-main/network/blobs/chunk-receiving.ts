import { encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, faultOf } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { RAW_BYTES_MAX, type BlobReceiver } from '../../ports/blob-store.ts'
import type { BlobSource } from './blob-source.ts'
import type { MemberSource, Sources } from './blob-sources.ts'
import type { OpenedLayout, TransferParts, TransferTask } from './blob-transfer.ts'
import { CHUNK } from './blob-wire.ts'
import { inOrderOf } from '../chunks/chunk-set.ts'
import { createChunkSchedule } from '../chunks/chunk-schedule.ts'
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
  readonly parts: TransferParts
  readonly sources: Sources
  readonly receiver: BlobReceiver
  readonly layout: OpenedLayout
  readonly partial: PartialBlob
}

/**
 * What the blob's swarm says. `alone` is a transfer without a swarm, or whose leader does not answer: then whoever
 * has the blob may be asked for anything, and each member for what it may have.
 */
type Guidance =
  | { readonly state: 'alone' }
  | { readonly state: 'joining' }
  | { readonly state: 'led'; readonly leader: PeerId; readonly take: Set<number> }

/** Brings all chunks that are missing into the receiver. @throws FaultError as `transferBlob` does */
export async function receiveChunks(receiving: Receiving): Promise<void> {
  if (receiving.receiver.missing().length === 0) return
  const run = createRun(receiving)
  try {
    await run.toTheEnd()
  } finally {
    await run.stop()
  }
}

function createRun({ task, parts, sources, receiver, layout, partial }: Receiving) {
  const { clock, transport } = parts
  const leader = task.leader()
  const missing = receiver.missing()
  const ending = new AbortController()
  const signal = AbortSignal.any([task.signal, ending.signal])
  const schedule = createChunkSchedule(
    leader === undefined ? missing : inOrderOf(transport.peer, missing),
    () => clock.nowMs(),
  )
  const busy = new Map<PeerId, number>()
  const underWay = new Set<Promise<void>>()
  let guidance: Guidance = { state: 'alone' }
  let pass: Uint8Array | undefined
  let chunksDone = 0
  let ownFault: Error | undefined
  let wake: () => void = () => undefined
  /** Since when nothing is on its way and nobody says that something will be. */
  let stillSinceMs = clock.nowMs()

  /** Asks one source for one chunk and sees to what becomes of it; never rejects. */
  const fetchOne = async (source: BlobSource, index: number, member?: MemberSource): Promise<void> => {
    busy.set(source.peer, (busy.get(source.peer) ?? 0) + 1)
    try {
      const shown = member === undefined ? undefined : pass
      await receiveChunk({ peer: source.peer, index, pass: shown, signal }, { task, parts, layout, receiver })
      source.succeeded()
      if (!schedule.isLacking(index)) return
      schedule.done(index)
      chunksDone += 1
      task.progress({ chunksDone, chunksTotal: missing.length })
    } catch (error) {
      schedule.failed(index, source.peer)
      if (isOurs(error, signal)) ownFault ??= errorOf(error)
      else if (member !== undefined && isMissing(error)) member.missed(index)
      else
        await source.failed(error, signal).catch((aborted: unknown) => void (ownFault ??= errorOf(aborted)))
    } finally {
      busy.set(source.peer, (busy.get(source.peer) ?? 1) - 1)
      wake()
    }
  }

  const takeFrom = (source: BlobSource): number | undefined => {
    if (guidance.state === 'joining') return undefined
    if (guidance.state === 'led' && source.peer === guidance.leader) {
      const index = schedule.takeOneOf(source.peer, guidance.take)
      if (index !== undefined) guidance.take.delete(index)
      return index
    }
    return schedule.take(source.peer, () => true)
  }
  const takeFromMember = (member: MemberSource): number | undefined =>
    schedule.take(member.peer, guidance.state === 'alone' ? member.mayHave : member.has)

  /** Asks every source that has room for one more chunk. @returns whether any was asked */
  const askEach = (): boolean => {
    const whole = sources.whole().map((source) => ({ source, member: undefined }))
    const members = sources.members().map((member) => ({ source: member, member }))
    const perSource = Math.min(
      CHUNKS_PER_SOURCE_MAX,
      LEASES_PER_MEMBER_MAX,
      Math.max(1, Math.floor(CHUNKS_AT_ONCE_MAX / Math.max(1, whole.length + members.length))),
    )
    let isAsked = false
    for (const { source, member } of [...members, ...whole]) {
      if (underWay.size >= CHUNKS_AT_ONCE_MAX) break
      if (source.isResting() || (busy.get(source.peer) ?? 0) >= perSource) continue
      const index = member === undefined ? takeFrom(source) : takeFromMember(member)
      if (index === undefined) continue
      isAsked = true
      const fetched = fetchOne(source, index, member).finally(() => underWay.delete(fetched))
      underWay.add(fetched)
    }
    return isAsked
  }

  const place = leader === undefined ? undefined : join(leader)
  function join(of: PeerId): SwarmPlace {
    guidance = { state: 'joining' }
    return parts.swarms.join(of, {
      cid: task.cid,
      chunkCount: layout.chunkCount,
      report: () => ({ held: partial.held(), taking: taking(of), without: sources.lostMembers() }),
      onNews(news) {
        pass = news.pass
        const before = guidance.state === 'led' ? guidance.take : []
        const take = [...before, ...news.take].filter((index) => schedule.isLacking(index))
        guidance = { state: 'led', leader: of, take: new Set(take) }
        if (sources.whole().some(({ peer }) => peer === of)) stillSinceMs = clock.nowMs()
        sources.meet(news.holders, () => wake())
        wake()
      },
      onLeaderLost() {
        guidance = { state: 'alone' }
        wake()
      },
      isIdle: () => underWay.size < CHUNKS_AT_ONCE_MAX && schedule.left > schedule.inFlight,
    })
  }
  /** What this peer was told to take from the leader and does not have. */
  const taking = (of: PeerId): number[] => {
    const waiting = guidance.state === 'led' ? [...guidance.take] : []
    return [...waiting, ...schedule.askedOf(of)].slice(0, LEASES_PER_MEMBER_MAX)
  }

  /** Waits until something has changed, or it is time to look for what is late. */
  const change = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      const cancel = clock.after(TRANSFER_LOOK_MS, resolve)
      wake = () => {
        cancel()
        resolve()
      }
    })
  }
  const onAbort = () => wake()

  return {
    async toTheEnd(): Promise<void> {
      task.signal.addEventListener('abort', onAbort, { once: true })
      while (schedule.left > 0) {
        throwIfAborted(task.signal)
        if (ownFault !== undefined) throw ownFault
        while (askEach()) continue
        if (underWay.size > 0) stillSinceMs = clock.nowMs()
        else if (sources.whole().length + sources.members().length === 0) {
          if (await sources.more()) continue
          throw new FaultError(sources.fault())
        } else if (clock.nowMs() - stillSinceMs > TRANSFER_STILL_MS_MAX) {
          throw new FaultError({ kind: 'timed-out', message: `nobody sends what is missing of ${task.cid}` })
        }
        if (schedule.left > schedule.inFlight) place?.hurry()
        await change()
      }
    },
    /** Ends what is under way; afterwards the receiver is used no more. */
    async stop(): Promise<void> {
      guidance = { state: 'alone' }
      place?.leave()
      task.signal.removeEventListener('abort', onAbort)
      ending.abort(new FaultError({ kind: 'cancelled', message: 'the transfer has ended' }))
      await Promise.all(underWay)
    },
  }
}

/** One chunk asked of one peer. */
interface ChunkRequest {
  readonly peer: PeerId
  readonly index: number
  /** What opens a member's copy to us. */
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
