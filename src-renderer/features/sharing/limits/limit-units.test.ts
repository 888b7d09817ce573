import { expect, test } from 'vitest'
import { SharingLimits } from '../../../../src-main/protocol/pause-rule.ts'
import { LIMITS, withLimit } from './limit-units.ts'

test('every limit as it is first offered, at its least and at its most, is taken by the contract', () => {
  for (const kind of LIMITS) {
    for (const bytes of [kind.usual(undefined), kind.least, kind.most(undefined)]) {
      const limits = withLimit({ cpu_percent: 100 }, kind.key, bytes)
      expect(SharingLimits.safeParse(limits)).toMatchObject({ success: true, data: { [kind.key]: bytes } })
    }
  }
})

test('a limit that is switched off is not named', () => {
  const limits = withLimit({ cpu_percent: 50, ram_bytes: 1 }, 'ram_bytes', undefined)
  expect(limits).toEqual({ cpu_percent: 50 })
})
