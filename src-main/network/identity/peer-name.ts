import { createHash } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'
import { PeerId } from '../../protocol/ids.ts'

/** An identity multihash (0x00, 36 bytes) around libp2p's protobuf of a 32-byte Ed25519 key (libp2p peer id spec). */
const PEER_ID_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
/** multicodec `ed25519-pub` as a varint (did:key method, section 3.1). */
const DID_KEY_PREFIX = Uint8Array.of(0xed, 0x01)
const KEY_BYTES = 32

/** The peer id of a raw Ed25519 public key of 32 bytes. */
export function peerIdOfKey(publicKey: Uint8Array): PeerId {
  return base58btc.baseEncode(concat(PEER_ID_PREFIX, publicKey)) as PeerId
}

/** The raw Ed25519 public key inside a peer id; undefined when there is none, whatever the text. */
export function keyOfPeerId(peer: string): Uint8Array | undefined {
  if (!PeerId.safeParse(peer).success) return undefined
  const bytes = decodeBase58(peer)
  if (bytes?.byteLength !== PEER_ID_PREFIX.byteLength + KEY_BYTES) return undefined
  if (PEER_ID_PREFIX.some((byte, i) => bytes[i] !== byte)) return undefined
  return bytes.subarray(PEER_ID_PREFIX.byteLength)
}

/** The peer as a W3C decentralised identifier (did:key method): `did:key:z6Mk…`. */
export function didKeyOf(peer: PeerId): string {
  return `did:key:${base58btc.encode(concat(DID_KEY_PREFIX, keyOf(peer)))}`
}

/** The peer of a `did:key` of an Ed25519 key; undefined for any other text. */
export function peerIdOfDidKey(did: string): PeerId | undefined {
  if (!/^did:key:z[1-9A-HJ-NP-Za-km-z]{47}$/.test(did)) return undefined
  const bytes = decodeBase58(did.slice('did:key:z'.length))
  if (bytes?.byteLength !== DID_KEY_PREFIX.byteLength + KEY_BYTES) return undefined
  if (DID_KEY_PREFIX.some((byte, i) => bytes[i] !== byte)) return undefined
  return peerIdOfKey(bytes.subarray(DID_KEY_PREFIX.byteLength))
}

/**
 * A name that can be said over the telephone, for telling peers apart in a list: two proquints (Wilkerson,
 * arXiv:0901.4016) of 32 bits of the key's hash, `lusab-babad`. Two of 10,000 peers share one by chance in 1 of 86
 * such meshes, and anyone can search for a key that yields a given one: compare fingerprints where it matters.
 */
export function shortNameOf(peer: PeerId): string {
  const digest = keyDigest(peer)
  return `${proquint(digest.readUInt16BE(0))}-${proquint(digest.readUInt16BE(2))}`
}

/** 128 bits of the key's hash for two people to compare: eight groups of four hexadecimal digits. */
export function fingerprintOf(peer: PeerId): string {
  const hex = keyDigest(peer).toString('hex', 0, 16)
  return (hex.match(/.{4}/g) ?? []).join(' ')
}

const CONSONANTS = 'bdfghjklmnprstvz'
const VOWELS = 'aiou'

/** Sixteen bits as consonant, vowel, consonant, vowel, consonant: 4, 2, 4, 2 and 4 bits. */
function proquint(bits: number): string {
  const consonant = (shift: number) => CONSONANTS.charAt((bits >> shift) & 15)
  const vowel = (shift: number) => VOWELS.charAt((bits >> shift) & 3)
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0)
}

function keyDigest(peer: PeerId): Buffer {
  return createHash('sha256').update(keyOf(peer)).digest()
}

function keyOf(peer: PeerId): Uint8Array {
  const key = keyOfPeerId(peer)
  if (key === undefined) throw new Error(`broken promise: ${peer} was parsed as a peer id`)
  return key
}

function decodeBase58(text: string): Uint8Array | undefined {
  try {
    return base58btc.baseDecode(text)
  } catch {
    return undefined
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.byteLength + b.byteLength)
  joined.set(a)
  joined.set(b, a.byteLength)
  return joined
}
