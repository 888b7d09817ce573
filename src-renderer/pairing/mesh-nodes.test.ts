import type { PeerId, Person } from '#contract'
import { describe, expect, it } from 'vitest'
import { english } from '../../src-preload/text/en/all.ts'
import { meshNodes, meshSummary, peopleTitle } from './mesh-nodes.ts'

const { people: words } = english

function person(name: string, more: Partial<Person> = {}): Person {
  return {
    peer_id: name as PeerId,
    name,
    short_name: 'lusab-babad',
    trust_mine: 0.5,
    tier: 2,
    connected: true,
    paired_at_ms: 0,
    verified: 0,
    rejected: 0,
    failed: 0,
    expired: 0,
    reliability_by_day: [],
    done_for_them: 0,
    running_for_them: 0,
    running_for_us: 0,
    ...more,
  }
}

function names(people: Person[]): string[] {
  return meshNodes(people, words).map(({ name }) => name)
}

describe('people as a picture', () => {
  it('have the most trusted first, which is nearest', () => {
    expect(names([person('a', { trust_mine: 0.2 }), person('b', { trust_mine: 1 }), person('c')])).toEqual([
      'b',
      'c',
      'a',
    ])
  })

  it('stay where they are when nothing but what they do changes', () => {
    const people = [person('a'), person('b'), person('c')]
    const busy = [person('c', { running_for_us: 3 }), person('a', { connected: false }), person('b')]
    expect(names(busy)).toEqual(names(people))
  })

  it('show work for us going out, and theirs coming in', () => {
    const [ours, theirs, both, none] = meshNodes(
      [
        person('1', { running_for_us: 1 }),
        person('2', { running_for_them: 1 }),
        person('3', { running_for_us: 1, running_for_them: 1 }),
        person('4'),
      ],
      words,
    ).map(({ flow }) => flow)
    expect([ours, theirs, both, none]).toEqual(['outwards', 'inwards', 'both', 'none'])
  })

  it('are described in words each, and all together', () => {
    const nodes = meshNodes(
      [person('Ada', { trust_theirs: 1, running_for_us: 2 }), person('Bo', { connected: false })],
      words,
    )
    expect(nodes[0]?.description).toBe(
      'Ada: you trust them some, trusts you fully · connected · 2 units at work for you',
    )
    expect(meshSummary(nodes, words.mesh)).toBe(
      '2 people: mutual trust with 1, 1 connected, work passing with 1.',
    )
  })
})

describe('the sentence about people', () => {
  it('says how many there are, are here, and trust back', () => {
    const title = peopleTitle(
      [person('a', { trust_theirs: 1 }), person('b', { connected: false })],
      words.title,
    )
    expect(title.replaceAll('\u00a0', ' ')).toBe('2 people · 1 connected · mutual trust with 1')
    expect(peopleTitle([], words.title)).toBe('You haven’t paired with anybody yet')
  })
})
