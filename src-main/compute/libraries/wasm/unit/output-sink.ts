import { refuse } from '../../../../protocol/fault.ts'
import type { OutputFile } from '../../../library.ts'
import { createHeldBytes } from './held-bytes.ts'

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
  /** The whole output. The sink is not used any longer. */
  result(): Uint8Array<ArrayBuffer> | OutputFile
}

/** A sink's limit, and how it makes its file. */
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
  /** Without a file the whole output; with one, the bytes to be written at `base`. */
  const held = createHeldBytes(HELD_BYTES_MAX, copied)
  let base = 0

  function checkLimit(end: number): void {
    if (end > bytesMax) refuse('oversized', `output is over the limit of ${bytesMax} bytes`)
  }

  function flush(to: OutputFile): void {
    if (held.length > 0) to.write(held.view(), base)
    held.resize(0)
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
    const { length } = held
    if (length > 0 && (at !== base + length || length + source.byteLength > HELD_BYTES_MAX)) flush(to)
    if (held.length === 0) base = at
    held.put(source, held.length)
  }

  return {
    get bytes() {
      return bytes
    },
    write: (source, at) => {
      if (source.byteLength === 0) return
      const end = at + source.byteLength
      checkLimit(end)
      if (file === undefined && end <= HELD_BYTES_MAX) held.put(source, at)
      else writeToFile(spilled(), source, at)
      bytes = Math.max(bytes, end)
    },
    readAt: (target, at) => {
      if (file !== undefined) {
        flush(file)
        return file.readAt(target, at)
      }
      const found = held.view(at, at + target.byteLength)
      target.set(found)
      copied(found.byteLength)
      return found.byteLength
    },
    truncate: (length) => {
      checkLimit(length)
      if (file === undefined && length <= HELD_BYTES_MAX) held.resize(length)
      else {
        const whole = spilled()
        flush(whole)
        whole.truncate(length)
      }
      bytes = length
    },
    result: () => {
      if (file === undefined) return held.take()
      flush(file)
      return file
    },
  }
}
