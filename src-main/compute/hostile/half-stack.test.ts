import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Ending } from './half-stack.fixture.ts'
import { RECURSIONS } from './recursion.fixture.ts'

const program = fileURLToPath(new URL('half-stack.fixture.ts', import.meta.url))
const expected = RECURSIONS.map(({ name, ends }) => ({ name, kind: ends.kind }))

describe('a recursion', () => {
  let first: readonly Ending[] | undefined
  it.each([['--liftoff-only'], ['--no-liftoff']])(
    'ends by the count of frames on half the stack too, after the same fuel, with %s',
    (flag) => {
      const printed = execFileSync(process.execPath, [flag, program], {
        encoding: 'utf8',
        maxBuffer: 1 << 24,
      })
      const endings = JSON.parse(printed) as readonly Ending[]
      expect(endings.map(({ name, kind }) => ({ name, kind }))).toEqual(expected)
      first ??= endings
      expect(endings).toEqual(first)
    },
  )
})
