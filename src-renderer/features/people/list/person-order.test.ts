import type { PeerId } from '#contract'
import { describe, expect, it } from 'vitest'
import { arrangePeople, sharedNameKey, sharedNames } from './person-order.ts'

function person(name: string, more: Partial<Parameters<typeof arrangePeople>[0][number]> = {}) {
  const peer_id = `12D3KooW${name}` as PeerId
  return { peer_id, name, short_name: 'lusab-babad', trust_mine: 0.5, connected: false, verified: 0, ...more }
}

function names(people: readonly { name: string }[]): string[] {
  return people.map(({ name }) => name)
}

const BY_NAME = { search: '', order: 'name', language: 'de' } as const

describe('the order of people', () => {
  it('goes by name as the language has it, numbers by their value', () => {
    const people = [person('PC 10'), person('Özlem'), person('PC 9'), person('ada'), person('Zoe')]
    expect(names(arrangePeople(people, BY_NAME))).toEqual(['ada', 'Özlem', 'PC 9', 'PC 10', 'Zoe'])
  })

  it('puts those who are here before those who were last seen', () => {
    const people = [
      person('never'),
      person('yesterday', { last_seen_ms: 5_000 }),
      person('here', { connected: true }),
      person('just now', { last_seen_ms: 9_000 }),
    ]
    expect(names(arrangePeople(people, { ...BY_NAME, order: 'seen' }))).toEqual([
      'here',
      'just now',
      'yesterday',
      'never',
    ])
  })

  it('goes by name where trust is equal', () => {
    const people = [person('b'), person('c', { trust_mine: 1 }), person('a')]
    expect(names(arrangePeople(people, { ...BY_NAME, order: 'trust' }))).toEqual(['c', 'a', 'b'])
  })

  it('does not change what it was given', () => {
    const people = [person('b'), person('a')]
    arrangePeople(people, BY_NAME)
    expect(names(people)).toEqual(['b', 'a'])
  })
})

describe('the search for people', () => {
  const people = [person('José’s PC'), person('Bob', { short_name: 'gutih-tugad' }), person('محمد')]

  it('finds names without their accents and whatever the case', () => {
    expect(names(arrangePeople(people, { ...BY_NAME, search: 'jose' }))).toEqual(['José’s PC'])
    expect(names(arrangePeople(people, { ...BY_NAME, search: 'BOB' }))).toEqual(['Bob'])
  })

  it('finds names that are written from right to left', () => {
    expect(names(arrangePeople(people, { ...BY_NAME, search: 'محمد' }))).toEqual(['محمد'])
  })

  it('finds short names, and wants every word', () => {
    expect(names(arrangePeople(people, { ...BY_NAME, search: 'gutih' }))).toEqual(['Bob'])
    expect(names(arrangePeople(people, { ...BY_NAME, search: 'bob jose' }))).toEqual([])
  })
})

describe('names that two share', () => {
  it('are those that look alike', () => {
    const shared = sharedNames([{ name: 'Bob' }, { name: ' bob ' }, { name: 'Ada' }, { name: 'Bób' }])
    expect([...shared]).toEqual([sharedNameKey('BOB')])
  })
})
