import { expect, it } from 'vitest'
import { createVersionedMap } from './versioned-map.ts'

const createNames = () => createVersionedMap<string, string>((before, now) => before === now)

it('tells each listener what changed since it last looked, and nothing twice', () => {
  const names = createNames()
  names.set('a', 'Ann')
  names.set('b', 'Bob')
  expect(names.since(0, 10)).toEqual({ changed: ['Ann', 'Bob'], removed: [], seen: 2 })
  names.set('a', 'Ann')
  expect(names.since(2, 10)).toBeUndefined()
  names.set('a', 'Anna')
  names.set('a', 'Annabel')
  expect(names.since(2, 10)).toEqual({ changed: ['Annabel'], removed: [], seen: 4 })
  expect(names.since(1, 10)).toEqual({ changed: ['Bob', 'Annabel'], removed: [], seen: 4 })
})

it('tells of removed entries, but not to readers that never saw them, nor of entries that came back', () => {
  const names = createNames()
  names.set('a', 'Ann')
  names.set('b', 'Bob')
  names.delete('a')
  names.delete('nobody')
  expect(names.since(2, 10)).toEqual({ changed: [], removed: ['a'], seen: 3 })
  expect(names.since(0, 10)).toMatchObject({ changed: ['Bob'], removed: [] })
  names.set('a', 'Ann')
  expect(names.since(2, 10)).toMatchObject({ changed: ['Ann'], removed: [] })
})

it('tells much in pieces, none of which is lost', () => {
  const names = createNames()
  for (let i = 0; i < 25; i++) names.set(`${i}`, `name ${i}`)
  const told: string[] = []
  let seen = 0
  for (let news = names.since(seen, 10); news !== undefined; news = names.since(seen, 10)) {
    if (news === 'begin-anew') throw new Error('nothing was removed')
    expect(news.changed.length).toBeLessThanOrEqual(10)
    told.push(...news.changed)
    seen = news.seen
  }
  expect(told).toEqual(Array.from({ length: 25 }, (_, i) => `name ${i}`))
})

it('remembers a thousand removals, and lets readers that missed more begin anew', () => {
  const names = createNames()
  names.set('stays', 'Ann')
  for (let i = 0; i < 1_001; i++) {
    names.set(`${i}`, 'x')
    names.delete(`${i}`)
  }
  expect(names.since(1, 10)).toBe('begin-anew')
  expect(names.since(0, 10)).toMatchObject({ changed: ['Ann'] })
  expect(names.since(4, 10)).toMatchObject({ changed: [] })
})
