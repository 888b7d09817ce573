/**
 * The layout of sealed bytes: a head with the format's mark and the synthetic IV, then frames of 64 KiB of content with
 * a tag each. The last frame is marked as such, so that truncation is detected.
 */

/** The format's mark and version. */
export const SEAL_MARK = 'MWS1'
/** A synthetic IV: HMAC-SHA-256 of purpose and content. */
export const SEAL_IV_BYTES = 32
/** Bytes of the head, before the first frame. */
export const SEAL_HEAD_BYTES = SEAL_MARK.length + SEAL_IV_BYTES
/** Content of one frame: small enough to be read for a few bytes, large enough that its tag costs nothing. */
export const FRAME_CONTENT_BYTES = 64 << 10
/** An authentication tag of AES-GCM (NIST SP 800-38D). */
export const FRAME_TAG_BYTES = 16
/** A whole frame. */
export const FRAME_BYTES = FRAME_CONTENT_BYTES + FRAME_TAG_BYTES
/** A frame's number is counted in 32 bits of its nonce; no blob comes near that. */
export const FRAMES_MAX = 2 ** 32

/** The number of frames of content of this length: at least one, so that empty content is sealed too. */
export function framesOf(contentBytes: number): number {
  return Math.max(1, Math.ceil(contentBytes / FRAME_CONTENT_BYTES))
}

/** Bytes of sealed content of this length. */
export function sealedBytes(contentBytes: number): number {
  return SEAL_HEAD_BYTES + contentBytes + framesOf(contentBytes) * FRAME_TAG_BYTES
}

/** Bytes of the content in sealed bytes of this length; undefined for a length that no sealed bytes have. */
export function contentBytes(sealed: number): number | undefined {
  const body = sealed - SEAL_HEAD_BYTES
  if (!Number.isSafeInteger(sealed) || body < FRAME_TAG_BYTES) return undefined
  const frames = Math.ceil(body / FRAME_BYTES)
  const content = body - frames * FRAME_TAG_BYTES
  return frames <= FRAMES_MAX && content >= 0 && sealedBytes(content) === sealed ? content : undefined
}

/** Where frame `index` of sealed bytes begins. */
export function frameStart(index: number): number {
  return SEAL_HEAD_BYTES + index * FRAME_BYTES
}
