import type { PeerId } from '#contract'
import { describe, expect, it } from 'vitest'
import { inviteStanding, type MadeInvite } from './my-invite.ts'

const BOB = 'Bob' as PeerId
const invite = { code: 'meshwork:x', link: 'meshwork://pair/x', expires_at_ms: 9_000 }

function made(entered: PeerId[] = []): MadeInvite {
  return { invite, madeAtMs: 1_000, entered: new Set(entered) }
}

const nothing = { nowMs: 2_000, requests: [], people: [] }

describe('a code that was handed out', () => {
  it('is good until it expires', () => {
    expect(inviteStanding(made(), nothing)).toBe('good')
    expect(inviteStanding(made(), { ...nothing, nowMs: 8_999 })).toBe('good')
    expect(inviteStanding(made(), { ...nothing, nowMs: 9_000 })).toBe('expired')
  })

  it('is used when a peer has asked to pair since', () => {
    const asked = (asked_at_ms: number, direction: 'incoming' | 'outgoing' = 'incoming') =>
      inviteStanding(made(), { ...nothing, requests: [{ direction, asked_at_ms }] })
    expect(asked(1_500)).toBe('used')
    expect(asked(500)).toBe('good')
    expect(asked(1_500, 'outgoing')).toBe('good')
  })

  it('is used when a peer was paired since, unless by its own code', () => {
    const people = [{ peer_id: BOB, paired_at_ms: 1_500 }]
    expect(inviteStanding(made(), { ...nothing, people })).toBe('used')
    expect(inviteStanding(made([BOB]), { ...nothing, people })).toBe('good')
    expect(inviteStanding(made(), { ...nothing, people: [{ peer_id: BOB, paired_at_ms: 10 }] })).toBe('good')
  })
})
