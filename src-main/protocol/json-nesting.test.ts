import { expect, test } from 'vitest'
import { isNestedTooDeep, JSON_NESTING_MAX } from './json-nesting.ts'

test.each([
  ['lists', '[', ']'],
  ['objects', '{"a":', '}'],
])('the levels of %s are counted, however many there are', (_, open, close) => {
  const nested = (levels: number): string => open.repeat(levels) + '1' + close.repeat(levels)
  expect(isNestedTooDeep(nested(JSON_NESTING_MAX))).toBe(false)
  expect(isNestedTooDeep(nested(JSON_NESTING_MAX + 1))).toBe(true)
  expect(isNestedTooDeep(nested(1_000_000))).toBe(true)
})

test('brackets in text are none, and a list that ended is no level', () => {
  expect(isNestedTooDeep(`["${'['.repeat(1_000)}\\"[", "\\\\"]`)).toBe(false)
  expect(isNestedTooDeep(`[${'[],'.repeat(1_000)}1]`)).toBe(false)
  expect(isNestedTooDeep(`["\\\\", ${'['.repeat(JSON_NESTING_MAX)}`)).toBe(true)
})
