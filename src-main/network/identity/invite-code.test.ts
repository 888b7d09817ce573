import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Invite } from '../../protocol/messages.ts'
import { createIdentity } from './identity.ts'
import { decodeInvite, encodeInvite, inviteLink } from './invite-code.ts'

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const host = fc.oneof(
  fc.ipV4().map((ip) => `/ip4/${ip}`),
  fc.constant('/ip6/fe80::1'),
  fc.domain().map((name) => `/dns4/${name}`),
)
const secret = fc.oneof(
  fc.uint8Array({ minLength: 12, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.string({ minLength: 16, maxLength: 64 }).filter((text) => text.length <= 64),
)
const invites: fc.Arbitrary<Invite> = fc
  .record({ seed, secret, hosts: fc.array(fc.tuple(host, fc.nat(65_535)), { minLength: 1, maxLength: 16 }) })
  .map(({ seed: bytes, secret: text, hosts }) => {
    const { peer } = createIdentity(bytes)
    return {
      peer_id: peer,
      addresses: hosts.map(([at, port]) => `${at}/tcp/${port}/p2p/${peer}`),
      secret: text,
    }
  })

const invite = (): Invite => {
  const { peer } = createIdentity(new Uint8Array(32).fill(7))
  return {
    peer_id: peer,
    addresses: [`/ip4/192.168.178.23/tcp/4711/p2p/${peer}`],
    secret: Buffer.alloc(16, 5).toString('base64url'),
  }
}

describe('invite code', () => {
  test('every invite comes back from its code and its link, however wrapped', () => {
    fc.assert(
      fc.property(invites, (original) => {
        const code = encodeInvite(original)
        for (const text of [
          code,
          inviteLink(original),
          code.replace('meshwork:', ''),
          `  ${code.match(/.{1,40}/g)!.join('\r\n> '.replace('> ', ''))}\n`,
        ]) {
          expect(decodeInvite(text)).toEqual({ ok: true, value: original })
        }
      }),
      { numRuns: 100 },
    )
  })

  test('an address without the peer id at its end gets it', () => {
    const { addresses, ...rest } = invite()
    const bare = { ...rest, addresses: addresses.map((address) => address.replace(/\/p2p\/.*/, '')) }
    expect(decodeInvite(encodeInvite(bare))).toEqual({ ok: true, value: invite() })
  })

  test('a code for one address has less than 100 characters', () => {
    expect(encodeInvite(invite()).replace('meshwork:', '').length).toBeLessThan(100)
  })

  test('any single mistyped, missing or swapped character is noticed', () => {
    const code = encodeInvite(invite())
    const start = 'meshwork:'.length
    for (let at = start; at < code.length; at++) {
      const other = code[at] === 'x' ? 'y' : 'x'
      const mistyped = code.slice(0, at) + other + code.slice(at + 1)
      const missing = code.slice(0, at) + code.slice(at + 1)
      const swapped = code.slice(0, at) + (code[at + 1] ?? '') + (code[at] ?? '') + code.slice(at + 2)
      for (const typo of [mistyped, missing, swapped]) {
        if (typo === code) continue
        const outcome = decodeInvite(typo)
        expect(outcome).toMatchObject({ ok: false, fault: { kind: 'invite-refused' } })
      }
    }
  })

  test('text that is no code is refused with one clear line and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ minLength: 9_000 })), (text) => {
        const outcome = decodeInvite(text)
        expect(outcome.ok).toBe(false)
        if (!outcome.ok) expect(outcome.fault.message).toMatch(/^this is no invite code: .+$/)
      }),
    )
    const random = randomBytes(60)
    expect(decodeInvite(`meshwork:${random.toString('hex')}`).ok).toBe(false)
  })
})
