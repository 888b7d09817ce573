import { expect, test } from 'vitest'
import { after, unchanged, type SavedEvent, type SavedValue } from './saved-value.ts'

const run = (...events: SavedEvent<string>[]): SavedValue<string> =>
  events.reduce<SavedValue<string>>((state, event) => after(state, event), unchanged('a'))
const edited = (value: string, editing?: string) =>
  ({ kind: 'edited', value, ...(editing === undefined ? {} : { editing }) }) as const

test('is shown as edited at once, and saved when the node says so', () => {
  expect(run(edited('b'))).toMatchObject({ value: 'b', kept: 'a', phase: 'waiting' })
  expect(run(edited('b'), { kind: 'sent' }, { kind: 'kept', value: 'b' })).toMatchObject({
    value: 'b',
    kept: 'b',
    phase: 'saved',
  })
})

test('is as it was before when the node refuses, and says why', () => {
  const refused = run(edited('b'), { kind: 'sent' }, { kind: 'refused', fault: 'no such zone' })
  expect(refused).toMatchObject({ value: 'a', phase: 'refused', fault: 'no such zone', past: [] })
  expect(after(refused, { kind: 'redone' })).toMatchObject({ value: 'b', phase: 'waiting' })
})

test('what was edited meanwhile is neither saved nor lost by the answer to what was sent', () => {
  const kept = run(edited('b'), { kind: 'sent' }, edited('c'), { kind: 'kept', value: 'b' })
  expect(kept).toMatchObject({ value: 'c', kept: 'b', phase: 'waiting' })
  const refused = run(edited('b'), { kind: 'sent' }, edited('c'), { kind: 'refused', fault: 'no' })
  expect(refused).toMatchObject({ value: 'c', kept: 'a', phase: 'waiting' })
})

test('goes back and forth', () => {
  const back = run(edited('b'), edited('c'), { kind: 'undone' })
  expect(back).toMatchObject({ value: 'b', past: ['a'], future: ['c'], phase: 'waiting' })
  expect(after(back, { kind: 'redone' })).toMatchObject({ value: 'c', past: ['a', 'b'], future: [] })
  expect(run({ kind: 'undone' })).toEqual(unchanged('a'))
})

test('the movement of one slider is one step back', () => {
  expect(run(edited('b', 'cores'), edited('c', 'cores')).past).toEqual(['a'])
  expect(run(edited('b', 'cores'), edited('c', 'memory')).past).toEqual(['a', 'b'])
  const saved = run(
    edited('b', 'cores'),
    { kind: 'sent' },
    { kind: 'kept', value: 'b' },
    edited('c', 'cores'),
  )
  expect(saved.past).toEqual(['a', 'b'])
})

test('what others changed is shown, unless something is under way here', () => {
  expect(run({ kind: 'told', value: 'z' })).toEqual(unchanged('z'))
  expect(run(edited('b'), { kind: 'told', value: 'z' }).value).toBe('b')
})

test('what the node says of the value itself changes nothing, in whatever order it names its parts', () => {
  const edited = { kind: 'edited', value: { a: 2, b: [{ c: 1, d: 2 }] } } as const
  const state = [edited, { kind: 'sent' }, { kind: 'kept', value: edited.value }].reduce(
    (before, event) => after(before, event as SavedEvent<object>),
    unchanged<object>({ a: 1 }),
  )
  expect(after(state, { kind: 'told', value: { b: [{ d: 2, c: 1 }], a: 2 } })).toBe(state)
  expect(after(state, { kind: 'told', value: { b: [{ d: 1, c: 2 }], a: 2 } }).past).toEqual([])
})
