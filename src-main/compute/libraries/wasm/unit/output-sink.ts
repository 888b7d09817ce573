import { refuse } from '../../../../protocol/fault.ts'
import type { OutputFile } from '../../../library.ts'

/** Writes below this are gathered, since a system call costs more than copying them; larger ones are not copied. */
const GATHERED_BYTES_MAX = 8 << 10
/**
 * An output up to this size is held in memory and returned as bytes, and as much is gathered before it is written: a
 * file costs about what copying this much does. Less than `INLINE_BYTES_MAX`, up to which outputs travel as bytes.
 */
export const HELD_BYTES_MAX = 64 << 10

/** A module's output, written anywhere and in any order: in memory while it is small, a file when it is not. */
export interface OutputSink {
  readonly bytes: number
  /** Writes all of `source`, a view into the module's memory. @throws FaultError `oversized`, `storage-failed` */
  write(source: Uint8Array, at: number): void
  readAt(target: Uint8Array, at: number): number
  /** @throws FaultError `oversized`, `storage-failed` */
  truncate(bytes: number): void
  /** What was written. The sink is not used any longer. */
  result(): Uint8Array<ArrayBuffer> | OutputFile
}

/** What a sink needs. */
export interface SinkOptions {
  readonly bytesMax: number
  readonly createFile: () => OutputFile
  /** Hears how many bytes were copied from memory to memory. */
  readonly copied: (bytes: number) => void
}

/** An empty sink. */
export function createOutputSink({ bytesMax, createFile, copied }: SinkOptions): OutputSink {
  let file: OutputFile | undefined
  let bytes = 0
  /** Without a file the whole output; with one, what is to be written at `base`. */
  let buffer = new Uint8Array(0)
  let base = 0
  let held = 0

  function checkLimit(end: number): void {
    if (end > bytesMax) refuse('oversized', `output is over the limit of ${bytesMax} bytes`)
  }

  function makeRoom(room: number): void {
    if (room <= buffer.byteLength) return
    const larger = new Uint8Array(Math.min(HELD_BYTES_MAX, Math.max(room, 2 * buffer.byteLength)))
    larger.set(buffer.subarray(0, held))
    copied(held)
    buffer = larger
  }

  /** Puts `source` into the buffer; a gap before it is zeros. */
  function hold(source: Uint8Array, at: number): void {
    makeRoom(at + source.byteLength)
    if (at > held) buffer.fill(0, held, at)
    buffer.set(source, at)
    copied(source.byteLength)
    held = Math.max(held, at + source.byteLength)
  }

  function flush(to: OutputFile): void {
    if (held > 0) to.write(buffer.subarray(0, held), base)
    held = 0
  }

  /** The file, begun with what was held as the whole output. */
  function spilled(): OutputFile {
    if (file !== undefined) return file
    file = createFile()
    flush(file)
    return file
  }

  function writeToFile(to: OutputFile, source: Uint8Array, at: number): void {
    if (source.byteLength >= GATHERED_BYTES_MAX) {
      flush(to)
      to.write(source, at)
      return
    }
    if (held > 0 && (at !== base + held || held + source.byteLength > HELD_BYTES_MAX)) flush(to)
    if (held === 0) base = at
    hold(source, held)
  }

  return {
    get bytes() {
      return bytes
    },
    write: (source, at) => {
      if (source.byteLength === 0) return
      const end = at + source.byteLength
      checkLimit(end)
      if (file === undefined && end <= HELD_BYTES_MAX) hold(source, at)
      else writeToFile(spilled(), source, at)
      bytes = Math.max(bytes, end)
    },
    readAt: (target, at) => {
      if (file !== undefined) {
        flush(file)
        return file.readAt(target, at)
      }
      const part = buffer.subarray(Math.min(at, held), Math.min(at + target.byteLength, held))
      target.set(part)
      copied(part.byteLength)
      return part.byteLength
    },
    truncate: (length) => {
      checkLimit(length)
      if (file === undefined && length <= HELD_BYTES_MAX) {
        makeRoom(length)
        if (length > held) buffer.fill(0, held, length)
        held = length
      } else {
        const whole = spilled()
        flush(whole)
        whole.truncate(length)
      }
      bytes = length
    },
    result: () => {
      if (file !== undefined) {
        flush(file)
        return file
      }
      if (held === buffer.byteLength) return buffer
      copied(held)
      return buffer.slice(0, held)
    },
  }
}
