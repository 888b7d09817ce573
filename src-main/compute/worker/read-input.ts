import { createHash, hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { cidParts } from '../../protocol/cid.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { assert, refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BytesInput, CallInput, FileInput } from '../messages/input.ts'
import type { InputFile, LibraryInput } from '../library.ts'
import { sealedInput } from './sealed-input.ts'

/** Bytes read and hashed at a time: they are still in the processor's cache when they are hashed. */
const PIECE_BYTES = 1 << 20

/**
 * A blob of a call for a library. Whatever is read of it was verified: against its CID, or piece by piece where it
 * is a list of chunks. Synchronous, because a worker has nothing else to do meanwhile.
 *
 * @param role the blob's role, for messages
 * @param count hears how many bytes a library asked for
 */
export function libraryInput(role: string, input: CallInput, count: (bytes: number) => void): LibraryInput {
  const { seal } = input
  if (seal === undefined)
    return 'content' in input ? inputAtHand(role, input, count) : inputOnDisk(role, input, count)
  const sealed =
    'content' in input ? inputAtHand(role, input, uncounted) : inputOnDisk(role, input, uncounted)
  return sealedInput(seal, sealed, count)
}

/** Of sealed bytes those that a library gets are counted. */
function uncounted(): void {
  return undefined
}

function inputAtHand(role: string, input: BytesInput, count: (bytes: number) => void): LibraryInput {
  const { cid, bytes, content } = input
  const verified = (): Uint8Array => {
    if (content.byteLength !== bytes || !isContentOf(cid, bytes, [content])) {
      refuse('blob-corrupt', `input '${role}' (${cid}) is damaged`)
    }
    count(bytes)
    return content
  }
  return {
    cid,
    contentName: cid,
    bytes,
    readInto: (target) => {
      assert(target.byteLength === bytes, 'a whole input is read into as many bytes')
      target.set(verified())
    },
    read: () => new Uint8Array(verified()),
    open: () => {
      const whole = verified()
      return {
        readAt: (target, at) => {
          const piece = whole.subarray(at, at + target.byteLength)
          target.set(piece)
          return piece.byteLength
        },
        close: () => undefined,
      }
    },
  }
}

function inputOnDisk(role: string, input: FileInput, count: (bytes: number) => void): LibraryInput {
  const { cid, bytes } = input
  const readInto = (target: Uint8Array) => {
    assert(target.byteLength === bytes, 'a whole input is read into as many bytes')
    const file = openBlob(role, input)
    try {
      verify(role, input, file, (from, to) => target.subarray(from, to))
    } finally {
      closeSync(file)
    }
    count(bytes)
  }
  return {
    cid,
    contentName: cid,
    bytes,
    readInto,
    read: () => {
      const target = new Uint8Array(bytes)
      readInto(target)
      return target
    },
    open: () => {
      const file = openBlob(role, input)
      try {
        const piece = new Uint8Array(Math.min(bytes, PIECE_BYTES))
        verify(role, input, file, (from, to) => piece.subarray(0, to - from))
      } catch (error) {
        closeSync(file)
        throw error
      }
      count(bytes)
      return inputFile(role, input, file)
    },
  }
}

function inputFile(role: string, input: FileInput, file: number): InputFile {
  return {
    readAt: (target, at) => {
      const length = Math.min(target.byteLength, input.bytes - at)
      if (length <= 0) return 0
      fill(role, input, file, target.subarray(0, length), at)
      return length
    },
    close: () => closeSync(file),
  }
}

/** Opens the file. @throws FaultError `blob-missing`, or `blob-corrupt` when its size is not the blob's */
function openBlob(role: string, input: FileInput): number {
  let file: number
  try {
    file = openSync(input.path, 'r')
  } catch (cause) {
    refuse('blob-missing', `input '${role}' (${input.cid}) cannot be read`, cause)
  }
  const { size } = fstatSync(file)
  if (size === input.bytes) return file
  closeSync(file)
  refuse('blob-corrupt', `input '${role}' (${input.cid}) has ${size} bytes instead of ${input.bytes}`)
}

/**
 * Reads the whole file once, into what `place` gives for each piece, and checks every chunk's digest.
 * @throws FaultError `blob-corrupt`
 */
function verify(
  role: string,
  input: FileInput,
  file: number,
  place: (from: number, to: number) => Uint8Array,
): void {
  let at = 0
  for (const chunk of input.chunks ?? [{ cid: input.cid, bytes: input.bytes }]) {
    const end = at + chunk.bytes
    if (end > input.bytes) {
      refuse('blob-corrupt', `input '${role}' (${input.cid}) is shorter than its chunks`)
    }
    const pieces = function* () {
      for (let from = at; from < end; from += PIECE_BYTES) {
        const to = Math.min(end, from + PIECE_BYTES)
        const piece = place(from, to)
        fill(role, input, file, piece, from)
        yield piece
      }
    }
    if (!isContentOf(chunk.cid, chunk.bytes, pieces())) {
      refuse('blob-corrupt', `input '${role}' (${input.cid}) is damaged at byte ${at}`)
    }
    at = end
  }
  if (at !== input.bytes) refuse('blob-corrupt', `input '${role}' (${input.cid}) is longer than its chunks`)
}

/** Reads until `target` is full. */
function fill(role: string, input: FileInput, file: number, target: Uint8Array, at: number): void {
  for (let done = 0; done < target.byteLength;) {
    const count = readSync(file, target, done, Math.min(target.byteLength - done, PIECE_BYTES), at + done)
    if (count === 0) refuse('blob-corrupt', `input '${role}' (${input.cid}) ended at byte ${at + done}`)
    done += count
  }
}

/** Small content in one call; larger content by the streaming interface, which takes it without a copy too. */
function isContentOf(cid: Cid, bytes: number, pieces: Iterable<Uint8Array>): boolean {
  const { sha256 } = cidParts(cid)
  if (bytes < PIECE_BYTES) {
    const [only = new Uint8Array(0)] = pieces
    return equalBytes(sha256, hash('sha256', only, 'buffer'))
  }
  const digest = createHash('sha256')
  for (const piece of pieces) digest.update(piece)
  return equalBytes(sha256, digest.digest())
}
