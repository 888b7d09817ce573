import { createCipheriv, createDecipheriv } from 'node:crypto'
import { assert } from '../../protocol/fault.ts'
import type { Random } from '../../ports/random.ts'
import { SEALED_BYTES_MAX } from '../../protocol/whereabouts.ts'

/** AES-256-GCM (NIST SP 800-38D): a nonce of 96 bits before, a tag of 128 bits after the ciphertext. */
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const LENGTH_BYTES = 2
/** Records are filled up to one of these, so that their length tells next to nothing. */
const SIZES = [512, 1_024, 2_048, SEALED_BYTES_MAX - NONCE_BYTES - TAG_BYTES]

/**
 * Encrypts a record for the peer that has the key and knows the token, filled up to one of few sizes.
 * @throws RangeError for a record that is longer than the largest of them
 */
export function sealRecord(
  record: Uint8Array,
  key: Uint8Array,
  token: Uint8Array,
  random: Random,
): Uint8Array {
  const size = SIZES.find((bytes) => bytes >= LENGTH_BYTES + record.byteLength)
  if (size === undefined) throw new RangeError(`a record of ${record.byteLength} bytes`)
  const plain = Buffer.alloc(size)
  plain.writeUInt16BE(record.byteLength, 0)
  plain.set(record, LENGTH_BYTES)
  const nonce = random.bytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(token)
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  assert(sealed.byteLength <= SEALED_BYTES_MAX, 'a sealed record keeps its bound')
  return new Uint8Array(sealed)
}

/** The record inside; undefined for anything that was not sealed with this key for this token. */
export function openRecord(sealed: Uint8Array, key: Uint8Array, token: Uint8Array): Uint8Array | undefined {
  if (sealed.byteLength < NONCE_BYTES + LENGTH_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(token).setAuthTag(sealed.subarray(-TAG_BYTES))
  const opened = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    // Sealed for another peer, or damaged: the tag does not match, which is the answer.
    return undefined
  }
  const length = opened.readUInt16BE(0)
  return length > opened.byteLength - LENGTH_BYTES
    ? undefined
    : new Uint8Array(opened.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
}
