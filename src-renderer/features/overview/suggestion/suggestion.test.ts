import type { PeerId, SharingNow } from '#contract'
import { describe, expect, it } from 'vitest'
import { suggest, type Situation } from './suggestion.ts'

const SHARING: SharingNow = { kind: 'sharing' }

function person(name: string, trust_mine: number, trust_theirs?: number) {
  return {
    peer_id: name as PeerId,
    name,
    trust_mine,
    ...(trust_theirs === undefined ? {} : { trust_theirs }),
  }
}

function situation(more: Partial<Situation> = {}): Situation {
  return { people: [person('Bob', 0.5, 0.5)], sharing: SHARING, incoming: [], dismissed: new Set(), ...more }
}

describe('the suggestion', () => {
  it('is none when all is well', () => {
    expect(suggest(situation())).toBeUndefined()
  })

  it('is to pair when no peer is paired, whatever else is', () => {
    expect(suggest(situation({ people: [], sharing: { kind: 'off' } }))?.kind).toBe('pair')
  })

  it('is to share when sharing is off, but not when it is paused or outside its hours', () => {
    expect(suggest(situation({ sharing: { kind: 'off' } }))?.kind).toBe('share')
    expect(suggest(situation({ sharing: { kind: 'outside-hours' } }))).toBeUndefined()
    expect(suggest(situation({ sharing: { kind: 'paused-by-user', since_ms: 1 } }))).toBeUndefined()
  })

  it('is to answer a waiting request, before anything else', () => {
    const incoming = [
      { peer_id: 'a' as PeerId, name: 'Ada' },
      { peer_id: 'b' as PeerId, name: 'Bea' },
    ]
    expect(suggest(situation({ people: [], incoming }))).toMatchObject({
      kind: 'answer-request',
      name: 'Ada',
      more: 1,
    })
  })

  it('is to raise the trust in the person who trusts this user most beyond it', () => {
    const people = [person('Bob', 0.5, 0.75), person('Ada', 0.25, 1), person('Eve', 1, 0)]
    expect(suggest(situation({ people }))).toMatchObject({ kind: 'raise-trust', peer: 'Ada', trust: 1 })
  })

  it('is no suggestion to raise by less than a step', () => {
    expect(suggest(situation({ people: [person('Bob', 0.5, 0.6)] }))).toBeUndefined()
  })

  it('comes again after it was dismissed only when their trust has changed', () => {
    const people = [person('Ada', 0.25, 0.75)]
    const first = suggest(situation({ people }))
    const dismissed = new Set([first?.key ?? ''])
    expect(suggest(situation({ people, dismissed }))).toBeUndefined()
    expect(suggest(situation({ people: [person('Ada', 0.25, 1)], dismissed }))?.kind).toBe('raise-trust')
  })

  it('makes room for the next when it is dismissed', () => {
    const people = [person('Ada', 0.25, 0.75)]
    const wanted = situation({ people, sharing: { kind: 'off' }, dismissed: new Set(['share']) })
    expect(suggest(wanted)?.kind).toBe('raise-trust')
  })
})
