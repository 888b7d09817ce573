import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { usePlainIssues } from '../../protocol/plain-issues.ts'
import { comparatorText } from '../output/comparator-text.ts'
import { compareOption } from './compare-option.ts'

usePlainIssues()

describe('[V11] --compare', () => {
  it.each([
    ['exact', { name: 'exact-hash' }, 'bit for bit'],
    [
      'numeric f32 1e-6',
      { name: 'numeric-tolerance', element: 'f32', relative: 1e-6, absolute: 0, outliers: 0 },
      'as numbers (f32), up to 0.000001 of their size apart',
    ],
    [
      ' numeric  f64 0 1e-9 0.01 ',
      { name: 'numeric-tolerance', element: 'f64', relative: 0, absolute: 1e-9, outliers: 0.01 },
      'as numbers (f64), up to 1e-9 apart, but for 1 % of them',
    ],
    [
      'image 0.05 0.9',
      { name: 'image', rmse_max: 0.05, ssim_min: 0.9 },
      'as pictures: difference at most 0.05, similarity at least 0.9',
    ],
  ])('reads %s', (text, comparator, words) => {
    expect(compareOption(text)).toEqual({ kind: 'rule', comparator })
    expect(comparatorText(comparator as never)).toBe(words)
  })

  it('reads the file of a module', () => {
    expect(compareOption('dir/near.wasm')).toEqual({ kind: 'module', file: 'dir/near.wasm' })
  })

  it.each([
    ['', /^"exact", /],
    ['about', /^"exact", /],
    ['numeric f32', /^"exact", /],
    ['image 0.1', /^"exact", /],
    ['numeric f16 1e-6', /^element: /],
    ['numeric f32 much', /^relative: /],
    ['numeric f32 1e-6 0 2', /^outliers: must be at most 1/],
    ['image 2 0.9', /^rmse_max: must be at most 1/],
  ])('refuses %j in one line', (text, line) => {
    expect(() => compareOption(text)).toThrow(InvalidArgumentError)
    expect(() => compareOption(text)).toThrow(line)
  })
})
