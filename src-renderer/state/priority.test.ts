import { expect, test } from 'vitest'
import { priorityName } from './priority.ts'

test('a priority has the name that is nearest', () => {
  expect([0, 0.3, 0.5, 0.6, 0.7, 1].map(priorityName)).toEqual([
    'low',
    'low',
    'normal',
    'normal',
    'high',
    'high',
  ])
})
