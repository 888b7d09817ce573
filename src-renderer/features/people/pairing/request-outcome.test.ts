import type { PairRequest, PeerId } from '#contract'
import { describe, expect, it } from 'vitest'
import { requestOutcomes } from './request-outcome.ts'

const ADA = 'Ada' as PeerId

function request(direction: PairRequest['direction'], name?: string): PairRequest {
  return {
    peer_id: ADA,
    short_name: 'lusab-babad',
    direction,
    trust: 0.5,
    asked_at_ms: 1,
    expires_at_ms: 9,
    ...(name === undefined ? {} : { name }),
  }
}

describe('what becomes of a request to pair', () => {
  const before = [request('outgoing')]

  it('is nothing while it stands', () => {
    expect(requestOutcomes(before, [request('outgoing', 'Ada')], new Map())).toEqual([])
  })

  it('is accepted when they are there, by the name that they have', () => {
    expect(requestOutcomes(before, [], new Map([[ADA, { name: 'Ada’s PC' }]]))).toEqual([
      { peer: ADA, name: 'Ada’s PC', kind: 'accepted' },
    ])
  })

  it('is refused when it is gone and they are not there', () => {
    expect(requestOutcomes(before, [], new Map())).toEqual([
      { peer: ADA, name: 'lusab-babad', kind: 'refused' },
    ])
  })

  it('is not told of those that this user answers', () => {
    expect(requestOutcomes([request('incoming', 'Ada')], [], new Map())).toEqual([])
  })
})
