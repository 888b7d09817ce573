import { generateKeyPairSync, sign as edSign, verify as edVerify, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { base58btc } from 'multiformats/bases/base58'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeCanonical } from './canonical.ts'
import {
  Domain,
  openEnvelope,
  sealEnvelope,
  SignedEnvelope,
  signedBytes,
  type EnvelopeDemands,
} from './envelope.ts'
import { Fault } from './fault.ts'
import { PeerId } from './ids.ts'
import { CLOCK_SKEW_MS_MAX, STALE_AFTER_MS } from './limits.ts'
import { Timestamp, toTimestamp } from './time.ts'

const Note = z.object({ text: z.string().max(100), timestamp: Timestamp })
const NOW_MS = Date.UTC(2026, 10, 21, 12)
const HOME: Domain = 'meshwork/1/store/compute/commitment'
/** The protobuf and multihash bytes before the key in an Ed25519 peer id (libp2p peer id specification). */
const KEY_PREFIX = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]

interface Signer {
  readonly peer: PeerId
  readonly key: KeyObject
  readonly sign: (message: Uint8Array) => Uint8Array
}

function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const peer = PeerId.parse(base58btc.baseEncode(Uint8Array.from([...KEY_PREFIX, ...raw])))
  return { peer, key: publicKey, sign: (message) => edSign(null, message, privateKey) }
}

const [alice, mallory] = [newSigner(), newSigner()]
const keys = new Map([alice, mallory].map((signer) => [signer.peer, signer.key]))

function demands(changes: Partial<EnvelopeDemands<typeof Note>> = {}): EnvelopeDemands<typeof Note> {
  return {
    domain: HOME,
    schema: Note,
    verify: (signer, message, signature) => {
      const key = keys.get(signer)
      return key !== undefined && edVerify(null, message, key, signature)
    },
    nowMs: NOW_MS,
    ageMsMax: STALE_AFTER_MS,
    ...changes,
  }
}

function note(ageMs = 0, text = 'hello') {
  return { text, timestamp: toTimestamp(NOW_MS - ageMs) }
}

function sealed(value: unknown = note(), signer = alice, domain: Domain = HOME): Uint8Array {
  return sealEnvelope(domain, value, signer.peer, signer.sign)
}

function refusal(bytes: Uint8Array, changes: Partial<EnvelopeDemands<typeof Note>> = {}): string {
  const opened = openEnvelope(bytes, demands(changes))
  return opened.ok ? 'opened' : opened.fault.kind
}

describe('an envelope', () => {
  test('[E5] opens to the value and its signer', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        const opened = openEnvelope(sealed(note(0, text)), demands({ signer: alice.peer }))
        expect(opened).toEqual({ ok: true, value: { value: note(0, text), signer: alice.peer } })
      }),
    )
  })

  test('[E5] without a signature, with one by another peer or over something else is unsigned', () => {
    const envelope = { domain: HOME, payload: encodeCanonical(note()), signer: alice.peer }
    const withSignature = (signature: Uint8Array) => encodeCanonical({ ...envelope, signature })
    expect(refusal(withSignature(new Uint8Array(64)))).toBe('unsigned')
    expect(refusal(withSignature(mallory.sign(signedBytes(HOME, envelope.payload))))).toBe('unsigned')
    expect(refusal(withSignature(alice.sign(envelope.payload)))).toBe('unsigned')
    expect(refusal(withSignature(alice.sign(signedBytes(HOME, encodeCanonical(note(1))))))).toBe('unsigned')
    expect(refusal(withSignature(alice.sign(signedBytes(HOME, envelope.payload))))).toBe('opened')
    expect(refusal(withSignature(new Uint8Array(63)))).toBe('malformed')
    expect(refusal(encodeCanonical(envelope))).toBe('malformed')
  })

  test('[E5] by another author than expected is unsigned', () => {
    expect(refusal(sealed(note(), mallory), { signer: alice.peer })).toBe('unsigned')
    expect(refusal(sealed(note(), mallory))).toBe('opened')
  })

  test('[E6] of one domain opens in no other, even when it is relabelled', () => {
    for (const made of Domain.options) {
      for (const wanted of Domain.options) {
        const bytes = sealed(note(), alice, made)
        expect(refusal(bytes, { domain: wanted })).toBe(made === wanted ? 'opened' : 'unsigned')
        const payload = encodeCanonical(note())
        const relabelled = encodeCanonical({
          domain: wanted,
          payload,
          signer: alice.peer,
          signature: alice.sign(signedBytes(made, payload)),
        })
        expect(refusal(relabelled, { domain: wanted })).toBe(made === wanted ? 'opened' : 'unsigned')
      }
    }
  })

  test('[E7] is stale when too old, or not newer than what is known', () => {
    expect(refusal(sealed(note(STALE_AFTER_MS)))).toBe('opened')
    expect(refusal(sealed(note(STALE_AFTER_MS + 1)))).toBe('stale')
    expect(refusal(sealed(note(5)), { newerThanMs: NOW_MS - 6 })).toBe('opened')
    expect(refusal(sealed(note(5)), { newerThanMs: NOW_MS - 5 })).toBe('stale')
    expect(refusal(sealed(note(5)), { newerThanMs: NOW_MS })).toBe('stale')
  })

  test('[E7] is future-dated beyond the skew of clocks, also where no age is asked for', () => {
    const { ageMsMax: _, ...ageless } = demands()
    expect(refusal(sealed(note(-CLOCK_SKEW_MS_MAX)))).toBe('opened')
    expect(refusal(sealed(note(-CLOCK_SKEW_MS_MAX - 1)))).toBe('future-dated')
    const opened = openEnvelope(sealed(note(-CLOCK_SKEW_MS_MAX - 1)), ageless)
    expect(opened.ok ? 'opened' : opened.fault.kind).toBe('future-dated')
    expect(openEnvelope(sealed(note(1e9)), ageless).ok).toBe(true)
  })

  test('[E4] beyond its size is refused before anything is verified', () => {
    const bytes = sealed()
    const verify = () => expect.unreachable('nothing is verified')
    expect(refusal(bytes, { bytesMax: bytes.length - 1, verify })).toBe('oversized')
    expect(refusal(bytes, { bytesMax: bytes.length })).toBe('opened')
  })

  test('[E5] that fails a cheap check is refused before its signature costs anything', () => {
    const verify = () => expect.unreachable('nothing is verified')
    expect(refusal(sealed(note(), alice, 'meshwork/1/receipts'), { verify })).toBe('unsigned')
    expect(refusal(sealed(note(), mallory), { signer: alice.peer, verify })).toBe('unsigned')
    expect(refusal(new Uint8Array([1, 2, 3]), { verify })).toBe('malformed')
  })

  test('[E5] well signed around nonsense is malformed or not canonical', () => {
    expect(refusal(sealed({ text: 1 }))).toBe('malformed')
    expect(refusal(sealed({ text: 'no time' }))).toBe('malformed')
    // A key named z before one named a.
    const payload = Uint8Array.from([0xa2, 0x61, 0x7a, 0x01, 0x61, 0x61, 0x02])
    const signature = alice.sign(signedBytes(HOME, payload))
    expect(refusal(encodeCanonical({ domain: HOME, payload, signer: alice.peer, signature }))).toBe(
      'not-canonical',
    )
  })

  test('[E2] with any bytes changed does not open, and never throws', () => {
    const bytes = sealed()
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ flip
        const opened = openEnvelope(changed, demands())
        expect(opened.ok).toBe(false)
        if (!opened.ok) expect(Fault.parse(opened.fault)).toEqual(opened.fault)
      }),
      { numRuns: 400 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        expect(openEnvelope(noise, demands()).ok).toBe(false)
      }),
      { numRuns: 400 },
    )
  })

  test('[E1] is the same after encoding and decoding', () => {
    const bytes = sealed()
    const opened = SignedEnvelope.parse({
      domain: HOME,
      payload: encodeCanonical(note()),
      signer: alice.peer,
      signature: alice.sign(signedBytes(HOME, encodeCanonical(note()))),
    })
    expect(encodeCanonical(opened)).toEqual(bytes)
  })
})
