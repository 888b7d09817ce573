import { createHash } from 'node:crypto'
import { assert, refuse } from '../../protocol/fault.ts'
import type { Seal } from '../../protocol/job-key.ts'
import {
  contentBytes,
  FRAME_BYTES,
  FRAME_CONTENT_BYTES,
  frameStart,
  SEAL_HEAD_BYTES,
} from '../../protocol/sealed-bytes.ts'
import { frameOpener, type FrameOpener } from '../../sealing/seal.ts'
import type { InputFile, LibraryInput } from '../library.ts'

/**
 * The content of a sealed blob for a library: opened in this worker's memory, a frame at a time, so that it is on no disk.
 * All of it was verified against its CID when it is opened, and each frame is authenticated by the job's key.
 *
 * @param sealed reads the sealed bytes
 * @param count hears how many bytes a library asked for
 */
export function sealedInput(seal: Seal, sealed: LibraryInput, count: (bytes: number) => void): LibraryInput {
  const bytes =
    contentBytes(sealed.bytes) ??
    refuse('not-opened', `${sealed.bytes} bytes are no sealed input (${sealed.cid})`)

  function readInto(target: Uint8Array): void {
    assert(target.byteLength === bytes, 'a whole input is read into as many bytes')
    const file = sealed.open()
    try {
      const frames = openFrames(seal, sealed, file)
      for (let index = 0; index < frames.count; index++)
        target.set(frames.read(index), index * FRAME_CONTENT_BYTES)
    } finally {
      file.close()
    }
    count(bytes)
  }

  return {
    cid: sealed.cid,
    contentName: `${sealed.cid} ${sealName(seal)}`,
    bytes,
    readInto,
    read() {
      const target = new Uint8Array(bytes)
      readInto(target)
      return target
    },
    open() {
      const file = sealed.open()
      try {
        const opened = openedFile(bytes, openFrames(seal, sealed, file), file)
        count(bytes)
        return opened
      } catch (error) {
        file.close()
        throw error
      }
    },
  }
}

/** Tells seals apart, and tells nothing of their keys. */
function sealName({ key, purpose }: Seal): string {
  return createHash('sha256').update('meshwork/1/seal-name ').update(key).update(purpose).digest('base64')
}

/** The frames of an open file, opened one by one. */
interface Frames {
  readonly count: number
  read(index: number): Uint8Array
}

function openFrames(seal: Seal, { bytes }: LibraryInput, file: InputFile): Frames {
  const head = new Uint8Array(SEAL_HEAD_BYTES)
  file.readAt(head, 0)
  const opener: FrameOpener = frameOpener(seal, head, bytes)
  const frame = new Uint8Array(FRAME_BYTES)
  return {
    count: opener.frames,
    read: (index) => opener.open(index, frame.subarray(0, file.readAt(frame, frameStart(index)))),
  }
}

/** Reads are small and mostly one after the other: the frame that was read last is kept. */
function openedFile(bytes: number, frames: Frames, file: InputFile): InputFile {
  let last: { readonly index: number; readonly content: Uint8Array } | undefined
  const contentOf = (index: number): Uint8Array => {
    if (last?.index !== index) last = { index, content: frames.read(index) }
    return last.content
  }
  return {
    readAt(target, at) {
      const length = Math.max(0, Math.min(target.byteLength, bytes - at))
      for (let done = 0; done < length;) {
        const index = Math.floor((at + done) / FRAME_CONTENT_BYTES)
        const from = at + done - index * FRAME_CONTENT_BYTES
        const piece = contentOf(index).subarray(from, from + length - done)
        target.set(piece, done)
        done += piece.byteLength
      }
      return length
    },
    close: () => file.close(),
  }
}
