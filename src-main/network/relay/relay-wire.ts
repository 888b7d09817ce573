import { FaultError } from '../../protocol/fault.ts'

/** The protocols of circuit relay v2 (libp2p specifications, `relay/circuit-v2.md`). */
export const HOP = '/libp2p/circuit/relay/0.2.0/hop'
export const STOP = '/libp2p/circuit/relay/0.2.0/stop'

/** A relay's answers, as far as this one uses them. */
export const RELAY_STATUS = {
  ok: 100,
  placeRefused: 200,
  overLimit: 201,
  denied: 202,
  connectionFailed: 203,
  noPlace: 204,
  malformed: 400,
  unexpected: 401,
} as const

/** A request to a relay: for a place at it, or a line to the peer with this id (a multihash). */
export type HopRequest =
  | { readonly kind: 'reserve' }
  | { readonly kind: 'connect'; readonly peer: Uint8Array }
  | { readonly kind: 'other' }

/** How much a line may carry, and how long. */
export interface LineLimit {
  readonly seconds: number
  readonly bytes: number
}

/** A relay's answer to what it was asked. */
export interface HopAnswer {
  readonly status: number
  readonly limit?: LineLimit
  readonly place?: { readonly untilMs: number; readonly addresses: readonly Uint8Array[] }
}

/** Reads a request. @throws FaultError `malformed` */
export function readHopRequest(bytes: Uint8Array): HopRequest {
  const { type, messages } = readFields(bytes, { type: 1, message: 2 })
  if (type === 0) return { kind: 'reserve' }
  if (type !== 1) return { kind: 'other' }
  const [peer] = messages
  const [id] = peer === undefined ? [] : readFields(peer, { message: 1 }).messages
  if (id === undefined) throw malformed()
  return { kind: 'connect', peer: id }
}

/** Writes the request for a place. */
export function writePlaceRequest(): Uint8Array {
  return numberField(1, 0)
}

/** Reads an answer to that. @throws FaultError `malformed` */
export function readHopAnswer(bytes: Uint8Array): Pick<HopAnswer, 'status' | 'place'> {
  const { type, status, messages } = readFields(bytes, { type: 1, status: 5, message: 3 })
  if (type !== 2 || status === undefined) throw malformed()
  const [place] = messages
  if (place === undefined) return { status }
  const { type: untilS = 0, messages: addresses } = readFields(place, { type: 1, message: 2 })
  return { status, place: { untilMs: untilS * 1_000, addresses } }
}

/** A message as it is sent, its length in front. */
export function withLength(message: Uint8Array): Uint8Array {
  return Buffer.concat([varintBytes(message.byteLength), message])
}

/** Writes an answer to a request. */
export function writeHopAnswer({ status, limit, place }: HopAnswer): Uint8Array {
  return Buffer.concat([
    numberField(1, 2),
    ...(place === undefined
      ? []
      : [
          bytesField(
            3,
            numberField(1, Math.floor(place.untilMs / 1_000)),
            ...place.addresses.map((address) => bytesField(2, address)),
          ),
        ]),
    ...(limit === undefined ? [] : [limitField(4, limit)]),
    numberField(5, status),
  ])
}

/** Writes a relay's request to the peer that another wants a line to. */
export function writeStopRequest(peer: Uint8Array, limit: LineLimit): Uint8Array {
  return Buffer.concat([numberField(1, 0), bytesField(2, bytesField(1, peer)), limitField(3, limit)])
}

/** Reads what that peer answers: a status. @throws FaultError `malformed` */
export function readStopStatus(bytes: Uint8Array): number {
  const { type, status } = readFields(bytes, { type: 1, status: 4 })
  if (type !== 1 || status === undefined) throw malformed()
  return status
}

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5

interface Fields {
  readonly type: number | undefined
  readonly status: number | undefined
  readonly messages: readonly Uint8Array[]
}

/**
 * The fields of a protobuf message that the caller asks for by number; others are passed over, as protobuf wants it.
 */
function readFields(
  bytes: Uint8Array,
  wanted: { readonly type?: number; readonly status?: number; readonly message?: number },
): Fields {
  let at = 0
  let type: number | undefined
  let status: number | undefined
  const messages: Uint8Array[] = []
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw malformed()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw malformed()
  }
  const skip = (count: number): Uint8Array => {
    if (count > bytes.byteLength - at) throw malformed()
    at += count
    return bytes.subarray(at - count, at)
  }
  while (at < bytes.byteLength) {
    const tag = varint()
    const field = Math.floor(tag / 8)
    switch (tag % 8) {
      case VARINT: {
        const value = varint()
        if (field === wanted.type) type = value
        if (field === wanted.status) status = value
        break
      }
      case LENGTH_DELIMITED: {
        const content = skip(varint())
        if (field === wanted.message) messages.push(content)
        break
      }
      case FIXED64:
        skip(8)
        break
      case FIXED32:
        skip(4)
        break
      default:
        throw malformed()
    }
  }
  return { type, status, messages }
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.of(...bytes, rest)
}

function numberField(field: number, value: number): Uint8Array {
  return Buffer.concat([varintBytes(field * 8 + VARINT), varintBytes(value)])
}

function bytesField(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  return Buffer.concat([varintBytes(field * 8 + LENGTH_DELIMITED), varintBytes(content.byteLength), content])
}

function limitField(field: number, { seconds, bytes }: LineLimit): Uint8Array {
  return bytesField(field, numberField(1, seconds), numberField(2, bytes))
}

function malformed(): FaultError {
  return new FaultError({ kind: 'malformed', message: 'no message of a relay' })
}
