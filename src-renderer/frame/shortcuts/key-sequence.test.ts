import { expect, it } from 'vitest'
import { GO_PATHS, pressKey, type KeySequence } from './key-sequence.ts'

/** The last action of keys that are pressed one after the other. */
function after(keys: string, everyMs = 100) {
  let pending: KeySequence
  let last
  for (const [index, key] of keys.split(' ').entries()) {
    const { pending: next, action } = pressKey(pending, key, index * everyMs)
    pending = next
    last = action
  }
  return last
}

it('g and a letter go to a screen', () => {
  for (const [key, path] of GO_PATHS) expect(after(`g ${key}`)).toEqual({ kind: 'go', path })
})

it('a letter alone goes nowhere, nor one that comes late or after another key', () => {
  expect(after('j')).toBeUndefined()
  expect(after('g j', 2_000)).toBeUndefined()
  expect(after('g x j')).toBeUndefined()
})

it('g pressed twice still waits for its letter', () => {
  expect(after('g g j')).toEqual({ kind: 'go', path: '/jobs' })
})

it('? shows the list, also after a g', () => {
  expect(after('?')).toEqual({ kind: 'help' })
  expect(after('g ?')).toEqual({ kind: 'help' })
})
