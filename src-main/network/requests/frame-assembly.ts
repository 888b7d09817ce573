import type { Fault } from '../../protocol/fault.ts'

/** Bytes before each frame: its length, big-endian. */
export const HEADER_BYTES = 4

/** Bounds of the frames that a stream may carry. */
export interface FrameBounds {
  /** The longest frame that is taken in now. */
  readonly bytesMax: () => number
  readonly nowMs: () => number
  /** Asks for a frame's bytes before they are read; reading goes on when the promise is kept. */
  readonly reserve?: (bytes: number) => Promise<void> | undefined
}

/** The reader of the frames. */
export interface FrameReader {
  /** Memory for the next frame, used if the frame fits. */
  readonly into: () => Uint8Array | undefined
  /** The next frame is too long. */
  readonly oversized: (fault: Fault) => void
  /** A frame's bytes are asked for: no more may be read until `granted`. */
  readonly reserving: () => void
  readonly granted: () => void
}

type ReadState =
  | { state: 'header'; readonly bytes: Uint8Array; filled: number }
  | { state: 'reserving'; readonly length: number }
  | { state: 'body'; readonly bytes: Uint8Array; filled: number }

const noHeader = (): ReadState => ({ state: 'header', bytes: new Uint8Array(HEADER_BYTES), filled: 0 })

/** Puts frames together from the pieces in which a stream's bytes arrive. */
export function createFrameAssembly({ bytesMax, nowMs, reserve }: FrameBounds, reader: FrameReader) {
  let reading = noHeader()
  let arrived: Uint8Array[] = []
  let sinceMs: number | undefined
  let isEnded = false

  const beginBody = (length: number) => {
    reading = { state: 'body', bytes: memoryFor(length, reader.into()), filled: 0 }
  }
  /** @returns whether the frame's bytes may be read at once */
  const onHeader = (header: Uint8Array): boolean => {
    const length = new DataView(header.buffer).getUint32(0)
    if (length > bytesMax()) {
      reader.oversized({ kind: 'oversized', message: `a frame of ${length} bytes, limit ${bytesMax()}` })
      return false
    }
    sinceMs = nowMs()
    const granted = reserve?.(length)
    if (granted === undefined) {
      beginBody(length)
      return true
    }
    reading = { state: 'reserving', length }
    reader.reserving()
    void granted.then(() => {
      // No memory for a stream that was lost while it waited: many are lost at once when their connection ends.
      if (isEnded) return
      beginBody(length)
      sinceMs = nowMs()
      reader.granted()
    })
    return false
  }

  return {
    push(pieces: Iterable<Uint8Array>): void {
      arrived.push(...pieces)
    },
    /** The next frame, if enough has arrived; it must not be asked for while a frame's bytes are reserved. */
    next(): Uint8Array | undefined {
      while (reading.state !== 'reserving') {
        reading.filled = fill(reading.bytes, reading.filled, arrived)
        if (reading.filled < reading.bytes.byteLength) return undefined
        if (reading.state === 'header') {
          if (!onHeader(reading.bytes)) return undefined
        } else {
          const frame = reading.bytes
          reading = noHeader()
          sinceMs = undefined
          return frame
        }
      }
      return undefined
    },
    isReserving: () => reading.state === 'reserving',
    isBetweenFrames: () => reading.state === 'header' && reading.filled === 0,
    /** Since when the frame under way is incomplete. */
    sinceMs: () => sinceMs,
    /** Forgets what has arrived, and the memory for it: the stream is lost. */
    end(): void {
      isEnded = true
      reading = noHeader()
      arrived = []
      sinceMs = undefined
    },
  }
}

/** Moves what has arrived into `target` from `filled` on; returns how far it is filled then. */
function fill(target: Uint8Array, filled: number, arrived: Uint8Array[]): number {
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

/** The memory given, or uninitialised memory: every byte of a frame is written before the frame is seen. */
function memoryFor(length: number, into: Uint8Array | undefined): Uint8Array {
  if (into !== undefined && into.byteLength >= length) return into.subarray(0, length)
  const buffer = Buffer.allocUnsafeSlow(length)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length)
}
