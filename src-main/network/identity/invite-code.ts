import { createHash } from 'node:crypto'
import { multiaddr } from '@multiformats/multiaddr'
import { base58btc } from 'multiformats/bases/base58'
import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { decodeCanonical, encodeCanonical, equalBytes, parseAs } from '../../protocol/canonical.ts'
import { assert, failure, type Outcome } from '../../protocol/fault.ts'
import { Invite } from '../../protocol/messages.ts'
import { keyOfPeerId, peerIdOfKey } from './peer-name.ts'

/** Before a code as text. */
const PREFIX = 'meshwork:'
/** Before a code as a link, which the desktop app opens. */
const LINK_PREFIX = 'meshwork://pair/'
/** Of the sha-256 of what is encoded: a typo goes unnoticed once in four thousand million times. */
const CHECKSUM_BYTES = 4
/** Sixteen long addresses fit. */
const CODE_CHARS_MAX = 8_192
/** The first item of every code; a later layout gets another number. */
const VERSION = 1

/**
 * The content of a code, by position so that no names travel: version, public key, secret, addresses in the binary
 * form of multiaddresses without the peer id at their end. A secret that is base64url travels as its bytes.
 */
const PackedInvite = z.tuple([
  z.literal(VERSION),
  Bytes.refine((key) => key.byteLength === 32, 'a public key has 32 bytes'),
  z.union([Bytes, z.string()]),
  z.array(Bytes).min(1).max(16),
])

/**
 * The code of an invite, as short as it gets without losing the typo check: about 90 letters and digits for one
 * address. Base 58, because it has no letters that look alike and a double click selects all of it.
 */
export function encodeInvite(invite: Invite): string {
  return PREFIX + bareCode(invite)
}

/** The same as a link to click on, or as a QR code. */
export function inviteLink(invite: Invite): string {
  return LINK_PREFIX + bareCode(invite)
}

/**
 * The invite inside a code or a link, however it was wrapped by a mail program.
 *
 * @returns the invite, or `invite-refused` with one line that says what is wrong with the text
 */
export function decodeInvite(text: string): Outcome<Invite> {
  if (text.length > CODE_CHARS_MAX) return wrong('it is far too long')
  const code = withoutPrefix(text.replace(/\s+/g, ''))
  if (code === '') return wrong('it is empty')
  const bytes = decodeBase58(code)
  if (bytes === undefined) return wrong('it has a character that no code has')
  if (bytes.byteLength <= CHECKSUM_BYTES) return wrong('it is too short')
  const body = bytes.subarray(0, -CHECKSUM_BYTES)
  if (!equalBytes(checksum(body), bytes.subarray(-CHECKSUM_BYTES))) {
    return wrong('a character is missing or mistyped')
  }
  const packed = decodeCanonical(body, PackedInvite, CODE_CHARS_MAX)
  if (!packed.ok) return wrong('it is of another version of Meshwork')
  const [, key, secret, addresses] = packed.value
  const texts = addresses.map(addressText)
  if (texts.some((address) => address === undefined)) return wrong('an address in it makes no sense')
  return parseAs(
    {
      peer_id: peerIdOfKey(key),
      addresses: texts.map((address) => `${address ?? ''}/p2p/${peerIdOfKey(key)}`),
      secret: typeof secret === 'string' ? secret : Buffer.from(secret).toString('base64url'),
    },
    Invite,
  )
}

function bareCode({ peer_id, addresses, secret }: Invite): string {
  const key = keyOfPeerId(peer_id)
  assert(key !== undefined, 'an invite names a peer')
  const packed = [VERSION, key, packedSecret(secret), addresses.map((text) => addressBytes(text, peer_id))]
  return sealedCode(encodeCanonical(packed))
}

/** A code around any bytes, right in its checksum. */
export function sealedCode(body: Uint8Array): string {
  return base58btc.baseEncode(Buffer.concat([body, checksum(body)]))
}

function packedSecret(secret: string): Uint8Array | string {
  const bytes = Buffer.from(secret, 'base64url')
  return bytes.toString('base64url') === secret ? new Uint8Array(bytes) : secret
}

function addressBytes(text: string, peer: string): Uint8Array {
  const suffix = `/p2p/${peer}`
  return multiaddr(text.endsWith(suffix) ? text.slice(0, -suffix.length) : text).bytes
}

function addressText(bytes: Uint8Array): string | undefined {
  try {
    return multiaddr(bytes).toString()
  } catch {
    return undefined
  }
}

function withoutPrefix(text: string): string {
  for (const prefix of [LINK_PREFIX, PREFIX]) {
    if (text.toLowerCase().startsWith(prefix)) return text.slice(prefix.length).replace(/\/$/, '')
  }
  return text
}

function decodeBase58(text: string): Uint8Array | undefined {
  try {
    return base58btc.baseDecode(text)
  } catch {
    return undefined
  }
}

function checksum(body: Uint8Array): Uint8Array {
  return createHash('sha256').update('meshwork invite').update(body).digest().subarray(0, CHECKSUM_BYTES)
}

function wrong(what: string) {
  return failure('invite-refused', `this is no invite code: ${what}`)
}
