import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { refuse } from '../protocol/fault.ts'
import { isForgotten, KEY_BYTES, type Seal } from '../protocol/job-key.ts'
import {
  contentBytes,
  FRAME_BYTES,
  FRAME_CONTENT_BYTES,
  FRAME_TAG_BYTES,
  FRAMES_MAX,
  frameStart,
  SEAL_HEAD_BYTES,
  SEAL_MARK,
} from '../protocol/sealed-bytes.ts'

/** AES-GCM's nonce as NIST SP 800-38D recommends it: seven zeros, the frame's number, whether it is the last one. */
const NONCE_BYTES = 12
const NONCE_NUMBER_AT = 7
const NONCE_LAST_AT = 11

const CIPHER = 'aes-256-gcm'
const MARK = Buffer.from(SEAL_MARK, 'latin1')

/** Content that can be read twice: once for its synthetic IV, once to be sealed. Its pieces must not change once handed out. */
export type Content = () => AsyncIterable<Uint8Array>

/**
 * The synthetic IV of content (as RFC 5297 has it, by HMAC-SHA-256): who does not have the key cannot test a guess of the
 * content by it, and equal content for one purpose has equal sealed bytes, so that several peers' outputs compare by CID.
 */
function syntheticIv({ key, purpose }: Seal): { update(piece: Uint8Array): void; digest(): Uint8Array } {
  const named = Buffer.from(purpose, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(named.byteLength)
  const hmac = createHmac('sha256', derived(key, new Uint8Array(), 'meshwork/1/seal-iv'))
  hmac.update(length).update(named)
  return { update: (piece) => void hmac.update(piece), digest: () => new Uint8Array(hmac.digest()) }
}

/** @throws FaultError `cancelled` for a key that was overwritten meanwhile: its job is over, and zeros are known to everybody */
function derived(key: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  if (isForgotten(key)) refuse('cancelled', 'the job’s key was forgotten')
  return new Uint8Array(hkdfSync('sha256', key, salt, info, KEY_BYTES))
}

/** The key of one sealed blob: of this content for this purpose alone, so that no nonce is ever used twice under it. */
function blobKey({ key, purpose }: Seal, iv: Uint8Array): Uint8Array {
  return derived(key, iv, `meshwork/1/seal-blob ${purpose}`)
}

function nonce(index: number, isLast: boolean): Uint8Array {
  const bytes = Buffer.alloc(NONCE_BYTES)
  bytes.writeUInt32BE(index, NONCE_NUMBER_AT)
  bytes[NONCE_LAST_AT] = isLast ? 1 : 0
  return bytes
}

function sealFrame(key: Uint8Array, index: number, isLast: boolean, content: Uint8Array): Uint8Array[] {
  const cipher = createCipheriv(CIPHER, key, nonce(index, isLast), { authTagLength: FRAME_TAG_BYTES })
  const sealed = cipher.update(content)
  // GCM leaves nothing for the end.
  cipher.final()
  return [sealed, cipher.getAuthTag()]
}

/** Seals bytes in memory. @throws FaultError `cancelled` once the key was forgotten, as all here */
export function sealBytes(seal: Seal, content: Uint8Array): Uint8Array {
  const ivOf = syntheticIv(seal)
  ivOf.update(content)
  const iv = ivOf.digest()
  const key = blobKey(seal, iv)
  const pieces: Uint8Array[] = [MARK, iv]
  let index = 0
  for (let at = 0; index === 0 || at < content.byteLength; at += FRAME_CONTENT_BYTES, index++) {
    const end = at + FRAME_CONTENT_BYTES
    pieces.push(...sealFrame(key, index, end >= content.byteLength, content.subarray(at, end)))
  }
  return new Uint8Array(Buffer.concat(pieces))
}

/** Seals content of any length, a frame in memory at a time. The content is read twice, and must be the same both times. */
export async function* sealStream(seal: Seal, content: Content): AsyncGenerator<Uint8Array, void, void> {
  const ivOf = syntheticIv(seal)
  for await (const piece of content()) ivOf.update(piece)
  const iv = ivOf.digest()
  const key = blobKey(seal, iv)
  yield new Uint8Array(Buffer.concat([MARK, iv]))
  let index = 0
  for await (const { bytes, isLast } of cut(content(), FRAME_CONTENT_BYTES)) {
    if (index >= FRAMES_MAX) refuse('oversized', 'more content than one sealed blob can have')
    yield* sealFrame(key, index++, isLast, bytes)
  }
}

/** A stream in pieces of one size, the last one shorter or not; nothing at all is one empty piece. */
async function* cut(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ bytes: Uint8Array; isLast: boolean }, void, void> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const piece of source) {
    let rest = piece
    while (rest.byteLength > 0) {
      // A full piece goes when it is known that something comes after it.
      if (length === size) {
        yield { bytes: joined(waiting), isLast: false }
        waiting = []
        length = 0
      }
      const taken = rest.subarray(0, size - length)
      waiting.push(taken)
      length += taken.byteLength
      rest = rest.subarray(taken.byteLength)
    }
  }
  yield { bytes: joined(waiting), isLast: true }
}

/** Most pieces are larger than a frame, which is a view into one of them then. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only, ...others] = pieces
  return only !== undefined && others.length === 0 ? only : Buffer.concat(pieces)
}

/** Opens frames of one sealed blob, in any order. */
export interface FrameOpener {
  /** Bytes of the whole content. */
  readonly contentBytes: number
  readonly frames: number
  /** The content of a frame. @throws FaultError `not-opened` for bytes that are not that frame of this blob */
  open(index: number, sealed: Uint8Array): Uint8Array
}

/**
 * Opens a sealed blob by its head and its length.
 * @throws FaultError `not-opened` for what is not sealed in this form
 */
export function frameOpener(seal: Seal, head: Uint8Array, length: number): FrameOpener {
  const content = contentBytes(length)
  const isMarked = head.byteLength === SEAL_HEAD_BYTES && MARK.equals(head.subarray(0, MARK.byteLength))
  if (content === undefined || !isMarked) notOpened(seal)
  const key = blobKey(seal, head.subarray(MARK.byteLength))
  const frames = Math.ceil((length - SEAL_HEAD_BYTES) / FRAME_BYTES)
  return {
    contentBytes: content,
    frames,
    open(index, sealed) {
      const tagAt = sealed.byteLength - FRAME_TAG_BYTES
      if (tagAt < 0) notOpened(seal)
      const isLast = index === frames - 1
      const decipher = createDecipheriv(CIPHER, key, nonce(index, isLast), { authTagLength: FRAME_TAG_BYTES })
      decipher.setAuthTag(sealed.subarray(tagAt))
      const opened = decipher.update(sealed.subarray(0, tagAt))
      try {
        decipher.final()
      } catch {
        notOpened(seal)
      }
      return opened
    },
  }
}

/** Opens bytes in memory. @throws FaultError `not-opened` when they are not what was sealed by this key for this purpose */
export function openBytes(seal: Seal, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
  const opener = frameOpener(seal, sealed.subarray(0, SEAL_HEAD_BYTES), sealed.byteLength)
  const content = new Uint8Array(opener.contentBytes)
  for (let index = 0; index < opener.frames; index++) {
    const frame = sealed.subarray(frameStart(index), frameStart(index + 1))
    content.set(opener.open(index, frame), index * FRAME_CONTENT_BYTES)
  }
  return content
}

/**
 * Opens a stream of sealed bytes, of `length` in all: what comes out was authenticated frame by frame, and all of it when
 * the stream ends. @throws FaultError `not-opened`
 */
export async function* openStream(
  seal: Seal,
  source: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array, void, void> {
  const head = new Uint8Array(SEAL_HEAD_BYTES)
  let seen = 0
  async function* body(): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of source) {
      const ofHead = piece.subarray(0, Math.max(0, SEAL_HEAD_BYTES - seen))
      head.set(ofHead, Math.min(seen, SEAL_HEAD_BYTES))
      seen += piece.byteLength
      yield piece.subarray(ofHead.byteLength)
    }
  }
  let opener: FrameOpener | undefined
  let index = 0
  for await (const { bytes } of cut(body(), FRAME_BYTES)) {
    opener ??= frameOpener(seal, head, length)
    if (index >= opener.frames) notOpened(seal)
    yield opener.open(index++, bytes)
  }
  if (seen !== length || index !== opener?.frames) notOpened(seal)
}

function notOpened({ purpose }: Seal): never {
  refuse('not-opened', `these are not bytes that the job’s key opens as ${purpose}`)
}
