import type { Stream } from '@libp2p/interface'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import { createFrameAssembly, HEADER_BYTES, type FrameBounds } from './frame-assembly.ts'

/** Pieces up to this are joined with the header, for one encrypted packet instead of several; larger ones are not copied. */
const JOINED_BYTES_MAX = 16 << 10

/** A libp2p stream as a sequence of length-prefixed frames, one read and one write at a time. */
export interface FrameStream {
  /**
   * The next frame; undefined after the other side's orderly end. The stream is read only while a caller
   * waits here, so a slow reader slows the sender.
   * @param into memory for the frame, used if the frame fits
   * @throws FaultError `oversized` (the stream is reset), `unreachable` (it was reset or ended inside a frame)
   */
  read(into?: Uint8Array): Promise<Uint8Array | undefined>
  /** Writes a frame of these pieces; resolves when the connection has taken it. @throws FaultError `unreachable` */
  write(...parts: readonly Uint8Array[]): Promise<void>
  /** No more frames from here; frames under way still arrive. */
  end(): void
  /** Ends the stream both ways at once; a waiting reader gets `fault`. */
  readonly reset: (fault: Fault) => void
  /** Since when the frame under way, in or out, is incomplete, by the given clock; undefined when none is. */
  stalledSinceMs(): number | undefined
  readonly isOpen: boolean
  /** Calls back once, when the stream is closed both ways or the other side has ended it. */
  onEnd(callback: () => void): void
}

const LOST: Fault = { kind: 'unreachable', message: 'the stream was closed' }

/** Frames a stream that was just opened or accepted. */
export function createFrameStream(stream: Stream, bounds: FrameBounds): FrameStream {
  let lost: Fault | undefined
  let remoteEnded = false
  const flow = createFlow(stream)
  const onEnd: (() => void)[] = []
  const writer = createFrameWriter(stream, bounds.nowMs)
  const assembly = createFrameAssembly(bounds, {
    into: () => reader.into(),
    oversized: (fault) => reset(fault),
    // Until the bytes are granted nothing more is read: the sender's window bounds what it can make us hold.
    reserving: () => flow.hold(),
    granted: () => goOn(),
  })

  const isEnough = () => !reader.isWaiting() || assembly.isReserving()
  const reader = createWaitingReader(() => flow.hold())
  const tellEnd = () => {
    for (const callback of onEnd.splice(0)) callback()
  }
  const lose = (fault: Fault) => {
    lost ??= fault
    assembly.end()
    reader.reject(new FaultError(lost))
    tellEnd()
  }
  const reset = (fault: Fault) => {
    if (lost !== undefined) return
    lose(fault)
    stream.abort(new FaultError(fault))
  }
  /** Goes on with the frame that a reader waits for, as far as what has arrived allows. */
  const advance = () => {
    const frame = reader.isWaiting() ? assembly.next() : undefined
    if (frame !== undefined) reader.resolve(frame)
  }
  /** Uses what has arrived, and reads on where that is not enough. */
  const goOn = () => {
    advance()
    if (isEnough()) return
    flow.letIn(isEnough)
    finishIfEnded()
  }
  /** All that has arrived is used up and no more will come. */
  const finishIfEnded = () => {
    if (!remoteEnded || !reader.isWaiting() || stream.readBufferLength > 0) return
    if (assembly.isBetweenFrames()) reader.resolve(undefined)
    else if (!assembly.isReserving()) reset(LOST)
  }
  const endedByRemote = () => {
    remoteEnded = true
    finishIfEnded()
    tellEnd()
  }

  // While it was negotiated the other side may have ended or reset it already, and says so only once.
  if (stream.status === 'aborted' || stream.status === 'reset') lost = LOST
  if (stream.remoteWriteStatus === 'closed') remoteEnded = true
  pause(stream)
  listenTo(stream, {
    arrived(pieces) {
      if (lost !== undefined) return
      assembly.push(pieces)
      advance()
    },
    endedByRemote,
    closed: (isOrderly) => (isOrderly && lost === undefined ? endedByRemote() : lose(LOST)),
  })

  return {
    read(into) {
      if (lost !== undefined) return Promise.reject(new FaultError(lost))
      const frame = reader.wait(into)
      goOn()
      return frame
    },
    write: (...parts) => writer.write(parts, () => lost),
    // Rejects only when the stream is reset before its last bytes are out, which its 'close' event reports as well.
    end: () => void stream.close().catch(() => undefined),
    reset,
    stalledSinceMs: () => writer.sinceMs() ?? assembly.sinceMs(),
    get isOpen() {
      return lost === undefined && !remoteEnded && stream.status === 'open'
    },
    onEnd(callback) {
      if (lost !== undefined || remoteEnded) callback()
      else onEnd.push(callback)
    },
  }
}

/** Told of a stream's events. */
interface StreamEvents {
  readonly arrived: (pieces: Iterable<Uint8Array>) => void
  readonly endedByRemote: () => void
  readonly closed: (isOrderly: boolean) => void
}

function listenTo(stream: Stream, events: StreamEvents): void {
  stream.addEventListener('message', ({ data }) => events.arrived(data instanceof Uint8Array ? [data] : data))
  stream.addEventListener('remoteCloseWrite', events.endedByRemote)
  stream.addEventListener('close', ({ error }) => events.closed(error === undefined))
}

/** The one read that waits for a frame, if any. `settled` is called before it is told how it ends. */
function createWaitingReader(settled: () => void) {
  let waiter:
    | {
        readonly into: Uint8Array | undefined
        readonly resolve: (frame: Uint8Array | undefined) => void
        readonly reject: (error: Error) => void
      }
    | undefined
  const take = () => {
    const taken = waiter
    waiter = undefined
    settled()
    return taken
  }
  return {
    isWaiting: () => waiter !== undefined,
    into: () => waiter?.into,
    wait(into: Uint8Array | undefined): Promise<Uint8Array | undefined> {
      return new Promise((resolve, reject) => {
        waiter = { into, resolve, reject }
      })
    },
    resolve: (frame: Uint8Array | undefined): void => take()?.resolve(frame),
    reject: (error: Error): void => take()?.reject(error),
  }
}

/** Stops and goes on reading a stream. */
function createFlow(stream: Stream) {
  let resuming = false
  return {
    /** Reads no further. A pause while libp2p resumes would be undone by the end of that, so `letIn` pauses then. */
    hold(): void {
      if (!resuming) pause(stream)
    },
    /** Lets what was held back in, and reads on unless that is enough. */
    letIn(isEnough: () => boolean): void {
      resuming = true
      resume(stream)
      resuming = false
      if (isEnough()) pause(stream)
    },
  }
}

/** Writes frames, one at a time, and knows since when the one under way is not out. */
function createFrameWriter(stream: Stream, nowMs: () => number) {
  let sinceMs: number | undefined
  return {
    sinceMs: () => sinceMs,
    /** @param lost why the stream is gone, if it is; a failed write is reported as this */
    async write(parts: readonly Uint8Array[], lost: () => Fault | undefined): Promise<void> {
      const already = lost()
      if (already !== undefined) throw new FaultError(already)
      sinceMs = nowMs()
      try {
        send(stream, parts)
        await allSent(stream)
      } catch (error) {
        throw new FaultError(lost() ?? LOST, error)
      } finally {
        sinceMs = undefined
      }
    },
  }
}

function pause(stream: Stream): void {
  if (stream.readStatus === 'readable') stream.pause()
}

/** Lets what was held back in, at once, and the sender send on. */
function resume(stream: Stream): void {
  if (stream.readStatus !== 'paused') return
  try {
    stream.resume()
  } catch {
    // The window update found the connection closed; the stream's 'close' event tells the reader.
  }
}

function send(stream: Stream, parts: readonly Uint8Array[]): void {
  const header = new Uint8Array(HEADER_BYTES)
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0)
  new DataView(header.buffer).setUint32(0, length)
  let small: Uint8Array[] = [header]
  for (const part of parts) {
    if (part.byteLength <= JOINED_BYTES_MAX) {
      small.push(part)
      continue
    }
    stream.send(joined(small))
    stream.send(part)
    small = []
  }
  if (small.length > 0) stream.send(joined(small))
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

/**
 * Waits until the stream has handed on all that was written to it. (libp2p's own `onDrain` keeps its first promise
 * and so waits only once in a stream's life, in @libp2p/utils 7.4.)
 */
function allSent(stream: Stream): Promise<void> {
  if (stream.writeBufferLength === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = () => {
      stream.removeEventListener('idle', settle)
      stream.removeEventListener('close', settle)
      if (stream.status === 'aborted' || stream.status === 'reset' || stream.writeBufferLength > 0) {
        reject(new FaultError(LOST))
      } else {
        resolve()
      }
    }
    stream.addEventListener('idle', settle)
    stream.addEventListener('close', settle)
  })
}
