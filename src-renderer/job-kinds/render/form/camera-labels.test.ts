import { expect, it } from 'vitest'
import { cameraLabels } from './camera-labels.ts'

const labels = (...names: string[]) => cameraLabels(names, (number) => `Camera ${number}`)

it('cameras have their names, and their numbers where they have none', () => {
  expect(labels('Front', '', ' \t', 'Garden')).toEqual(['Front', 'Camera 2', 'Camera 3', 'Garden'])
})

it('two cameras of one name are told apart, also where only what is not seen differs', () => {
  expect(labels('Side', 'Side\u200b', 'Top')).toEqual(['Side (Camera 1)', 'Side (Camera 2)', 'Top'])
  expect(labels('constructor', '__proto__')).toEqual(['constructor', '__proto__'])
})

it('a hostile name stays on one line, in one direction, and short', () => {
  expect(labels('a\u202eb\nc\u001b[31m')).toEqual(['a b c [31m'])
  const [long = ''] = labels('x'.repeat(10_000))
  expect(long).toHaveLength(60)
  // A letter of two units is not cut in half.
  expect(labels(`${'x'.repeat(58)}😀😀`)).toEqual([`${'x'.repeat(58)}…`])
})
