import type { Stream } from '@libp2p/interface'
import { FaultError, type Fault } from '../../protocol/fault.ts'

/** Bytes before each frame: its length, big-endian. */
const HEADER_BYTES = 4
/** Parts up to this are joined with the header, for one encrypted packet instead of several; larger ones are not copied. */
const JOINED_BYTES_MAX = 16 << 10

/** A libp2p stream as a sequence of length-prefixed frames, one read and one write at a time. */
export interface FrameStream {
  /**
   * The next frame; undefined after the other side's orderly end. Nothing is read off the stream unless somebody
   * waits here, so a slow reader slows the sender.
   * @param into memory for the frame, used if the frame fits
   * @throws FaultError `oversized` (the stream is reset), `unreachable` (it was reset or ended inside a frame)
   */
  read(into?: Uint8Array): Promise<Uint8Array | undefined>
  /** Writes a frame of these parts; resolves when the connection has taken it. @throws FaultError `unreachable` */
  write(...parts: readonly Uint8Array[]): Promise<void>
  /** No more frames from here; frames under way still arrive. */
  end(): void
  /** Ends the stream both ways at once; whoever waits is told `fault`. */
  readonly reset: (fault: Fault) => void
  /** Since when the frame under way, in or out, is incomplete, by the given clock; undefined when none is. */
  stalledSinceMs(): number | undefined
  readonly isOpen: boolean
  /** Calls back once, when the stream is closed both ways or the other side has ended it. */
  onEnd(callback: () => void): void
}

/** What frames a stream may carry. */
export interface FrameBounds {
  /** The longest frame that is taken in now. */
  readonly bytesMax: () => number
  readonly nowMs: () => number
  /** Asks for a frame's bytes before they are read; reading goes on when the promise is kept. */
  readonly reserve?: (bytes: number) => Promise<void> | undefined
}

const LOST: Fault = { kind: 'unreachable', message: 'the stream was closed' }

interface Waiter {
  readonly into: Uint8Array | undefined
  readonly resolve: (frame: Uint8Array | undefined) => void
  readonly reject: (error: Error) => void
}

type ReadState =
  | { state: 'header'; readonly bytes: Uint8Array; filled: number }
  | { state: 'reserving'; readonly length: number }
  | { state: 'body'; readonly bytes: Uint8Array; filled: number }

const noHeader = (): ReadState => ({ state: 'header', bytes: new Uint8Array(HEADER_BYTES), filled: 0 })

/** The memory given, or uninitialised memory: every byte of a frame is written before the frame is seen. */
function memoryFor(length: number, into: Uint8Array | undefined): Uint8Array {
  if (into !== undefined && into.byteLength >= length) return into.subarray(0, length)
  const buffer = Buffer.allocUnsafeSlow(length)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length)
}

/** Frames a stream that was just opened or accepted. */
export function createFrameStream(stream: Stream, { bytesMax, nowMs, reserve }: FrameBounds): FrameStream {
  let reading = noHeader()
  let arrived: Uint8Array[] = []
  let waiter: Waiter | undefined
  let frameSinceMs: number | undefined
  let writeSinceMs: number | undefined
  let lost: Fault | undefined
  let remoteEnded = false
  let resuming = false
  const onEnd: (() => void)[] = []
  const loss = () => lost ?? LOST

  const isEnough = () => waiter === undefined || reading.state === 'reserving'
  /** Reads no further. A pause while libp2p resumes would be undone by the end of that, so `goOn` pauses then. */
  const hold = () => {
    if (!resuming) pause(stream)
  }

  const settle = (act: (settled: Waiter) => void) => {
    const settled = waiter
    waiter = undefined
    hold()
    if (settled !== undefined) act(settled)
  }
  const lose = (fault: Fault) => {
    lost ??= fault
    arrived = []
    frameSinceMs = undefined
    settle((w) => w.reject(new FaultError(lost ?? fault)))
    for (const callback of onEnd.splice(0)) callback()
  }
  const reset = (fault: Fault) => {
    if (lost !== undefined) return
    lose(fault)
    stream.abort(new FaultError(fault))
  }

  /** Moves what has arrived into `target` from `filled` on; returns how far it is filled then. */
  const fill = (target: Uint8Array, filled: number): number => {
    while (filled < target.byteLength) {
      const [piece] = arrived
      if (piece === undefined) break
      const room = target.byteLength - filled
      if (piece.byteLength <= room) {
        target.set(piece, filled)
        filled += piece.byteLength
        arrived.shift()
      } else {
        target.set(piece.subarray(0, room), filled)
        filled += room
        arrived[0] = piece.subarray(room)
      }
    }
    return filled
  }

  const onHeader = (header: Uint8Array) => {
    const length = new DataView(header.buffer).getUint32(0)
    if (length > bytesMax()) {
      reset({ kind: 'oversized', message: `a frame of ${length} bytes, limit ${bytesMax()}` })
      return
    }
    frameSinceMs = nowMs()
    const granted = reserve?.(length)
    if (granted === undefined) {
      reading = { state: 'body', bytes: memoryFor(length, waiter?.into), filled: 0 }
      return
    }
    reading = { state: 'reserving', length }
    // Until the bytes are granted nothing more is read: the sender's window bounds what it can make us hold.
    hold()
    void granted.then(() => {
      reading = { state: 'body', bytes: memoryFor(length, waiter?.into), filled: 0 }
      frameSinceMs = nowMs()
      goOn()
    })
  }

  /** Goes on with the frame that somebody waits for, as far as what has arrived allows. */
  const advance = () => {
    while (waiter !== undefined && reading.state !== 'reserving') {
      reading.filled = fill(reading.bytes, reading.filled)
      if (reading.filled < reading.bytes.byteLength) break
      if (reading.state === 'header') {
        onHeader(reading.bytes)
      } else {
        const frame = reading.bytes
        reading = noHeader()
        frameSinceMs = undefined
        settle((w) => w.resolve(frame))
      }
    }
  }

  /** Uses what has arrived, and reads on where that is not enough. */
  const goOn = () => {
    advance()
    if (isEnough()) return
    resuming = true
    resume(stream)
    resuming = false
    if (isEnough()) pause(stream)
    finishIfEnded()
  }

  /** All that has arrived is used up and no more will come. */
  const finishIfEnded = () => {
    if (!remoteEnded || waiter === undefined || stream.readBufferLength > 0) return
    if (reading.state === 'header' && reading.filled === 0) settle((w) => w.resolve(undefined))
    else if (reading.state !== 'reserving') reset(LOST)
  }

  // While it was negotiated the other side may have ended or reset it already, and says so only once.
  if (stream.status === 'aborted' || stream.status === 'reset') lost = LOST
  if (stream.remoteWriteStatus === 'closed') remoteEnded = true
  pause(stream)
  stream.addEventListener('message', ({ data }) => {
    if (lost !== undefined) return
    if (data instanceof Uint8Array) arrived.push(data)
    else arrived.push(...data)
    advance()
  })
  stream.addEventListener('remoteCloseWrite', () => {
    remoteEnded = true
    finishIfEnded()
    for (const callback of onEnd.splice(0)) callback()
  })
  stream.addEventListener('close', ({ error }) => {
    if (error === undefined && lost === undefined) {
      remoteEnded = true
      finishIfEnded()
      for (const callback of onEnd.splice(0)) callback()
    } else {
      lose(LOST)
    }
  })

  return {
    read(into) {
      if (lost !== undefined) return Promise.reject(new FaultError(lost))
      return new Promise((resolve, reject) => {
        waiter = { into, resolve, reject }
        goOn()
      })
    },
    async write(...parts) {
      if (lost !== undefined) throw new FaultError(lost)
      writeSinceMs = nowMs()
      try {
        send(stream, parts)
        await allSent(stream)
      } catch (error) {
        throw new FaultError(loss(), error)
      } finally {
        writeSinceMs = undefined
      }
    },
    end() {
      // Rejects only when the stream is reset before its last bytes are out, which `close` reports as well.
      stream.close().catch(() => undefined)
    },
    reset,
    stalledSinceMs: () => writeSinceMs ?? frameSinceMs,
    get isOpen() {
      return lost === undefined && !remoteEnded && stream.status === 'open'
    },
    onEnd(callback) {
      if (lost !== undefined || remoteEnded) callback()
      else onEnd.push(callback)
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
