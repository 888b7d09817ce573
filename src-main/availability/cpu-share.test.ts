import { expect, test } from 'vitest'
import { cpuShare } from './cpu-share.ts'

test('[A9] a percentage of cores is as few workers as can be, that run nearly always', () => {
  expect(cpuShare(4, 60, true)).toEqual({ workers: 3, duty: 2.4 / 3 })
  expect(cpuShare(4, 50, true)).toEqual({ workers: 2, duty: 1 })
  expect(cpuShare(10, 70, true)).toEqual({ workers: 7, duty: 1 })
  expect(cpuShare(1, 5, true)).toEqual({ workers: 1, duty: 0.05 })
  expect(cpuShare(8, 100, true)).toEqual({ workers: 8, duty: 1 })
})

test('[A9] where processes cannot be stopped, cores are lent as a whole, at least one', () => {
  expect(cpuShare(4, 60, false)).toEqual({ workers: 2, duty: 1 })
  expect(cpuShare(1, 5, false)).toEqual({ workers: 1, duty: 1 })
})

test('[A9] parts of a core are lent as one', () => {
  expect(cpuShare(0.5, 100, true)).toEqual({ workers: 1, duty: 1 })
  expect(cpuShare(2.9, 100, true)).toEqual({ workers: 2, duty: 1 })
})
