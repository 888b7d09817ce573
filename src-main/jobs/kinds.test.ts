import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as kinds from './kinds.ts'

test.each(Object.keys(kinds))('the kind %s runs the contract of kinds', (kind) => {
  expect(existsSync(join(import.meta.dirname, kind, `${kind}-kind.test.ts`))).toBe(true)
})
