import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { refuse } from '../../protocol/fault.ts'
import type { OutputFile } from '../library.ts'

/** Bytes in one system call: Node counts the length of a write in 31 bits. */
const WRITE_BYTES_MAX = 1 << 30

/** An output's file with its place on the disk, for those who hand it on. */
export interface StagedFile extends OutputFile {
  readonly path: string
  close(): void
  /** Closes and removes it. */
  discard(): void
}

/** Makes the file, empty. @throws FaultError `storage-failed` */
export function createOutputFile(path: string): StagedFile {
  const file = orStorageFailed(() => openSync(path, 'w+', 0o600))
  let bytes = 0
  let isOpen = true
  const close = () => {
    if (isOpen) closeSync(file)
    isOpen = false
  }
  return {
    path,
    get bytes() {
      return bytes
    },
    write: (source, at) =>
      orStorageFailed(() => {
        for (let done = 0; done < source.byteLength;) {
          const length = Math.min(source.byteLength - done, WRITE_BYTES_MAX)
          done += writeSync(file, source, done, length, at + done)
        }
        if (source.byteLength > 0) bytes = Math.max(bytes, at + source.byteLength)
      }),
    readAt: (target, at) =>
      orStorageFailed(() => {
        const length = Math.min(target.byteLength, bytes - at, WRITE_BYTES_MAX)
        return length <= 0 ? 0 : readSync(file, target, 0, length, at)
      }),
    truncate: (length) =>
      orStorageFailed(() => {
        ftruncateSync(file, length)
        bytes = length
      }),
    close,
    discard: () => {
      close()
      rmSync(path, { force: true })
    },
  }
}

function orStorageFailed<T>(act: () => T): T {
  try {
    return act()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return refuse('storage-failed', `an output cannot be written: ${why}`, cause)
  }
}
