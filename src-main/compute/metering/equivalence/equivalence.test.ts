import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wat } from '../wat.fixture.ts'
import { meteredBehaviour, originalBehaviour } from './behaviour.fixture.ts'
import { CONTROL_CASES } from './control.fixture.ts'
import { EXCEPTION_CASES } from './exception.fixture.ts'
import { interpretedModule } from './interpreter-module.fixture.ts'
import { Interpreter } from './interpreter.fixture.ts'
import { programCalls, randomProgram } from './random-program.fixture.ts'
import { STATE_CASES } from './state.fixture.ts'
import { tierLines } from './tier.fixture.ts'
import { VALUE_CASES } from './value.fixture.ts'

const RUNS = 250
const SEED = 20_260
const BUFFER_BYTES_MAX = 1 << 26

describe.each(['untouched', 'canonical'] as const)('with NaN bits %s', (nanBits) => {
  test.each([...CONTROL_CASES, ...STATE_CASES, ...VALUE_CASES, ...EXCEPTION_CASES])(
    '[X2] a metered module behaves as its original: $name',
    (one) => {
      const bytes = wat(one.wat)
      const { fuel, ...metered } = meteredBehaviour(bytes, one.calls, { nanBits })
      expect(metered).toEqual(originalBehaviour(bytes, one.calls))
      expect(fuel).toEqual(fuel.toSorted((a, b) => a - b))
    },
  )

  test('[X2] random programs behave as their originals', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const text = randomProgram(seed)
        const bytes = wat(text)
        const calls = programCalls(text, seed)
        const { fuel: _fuel, ...metered } = meteredBehaviour(bytes, calls, { nanBits })
        expect(metered).toEqual(originalBehaviour(bytes, calls))
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

test('no run is charged less than the sum of what its instructions cost', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const text = randomProgram(seed, 'plain')
      const bytes = wat(text)
      const calls = programCalls(text, seed)
      const { fuel, outcomes } = meteredBehaviour(bytes, calls)
      const interpreter = new Interpreter(interpretedModule(bytes))
      for (const [i, [name, ...args]] of calls.entries()) {
        if (outcomes[i]?.startsWith('trapped') !== false) break
        interpreter.run(name, args)
        expect(fuel[i + 1]).toBeGreaterThanOrEqual(interpreter.spent)
      }
    }),
    { seed: SEED, numRuns: RUNS },
  )
})

test('[X3] fuel, results, traps and final state are the same in every compiler of V8 and in a fresh process', async () => {
  const program = fileURLToPath(new URL('tier.fixture.ts', import.meta.url))
  const processes = [['--liftoff-only'], ['--no-liftoff'], []].map(async (flags) => {
    const options = { maxBuffer: BUFFER_BYTES_MAX }
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], options)
    return { flags, there: stdout.trimEnd().split('\n') }
  })
  const here = tierLines()
  for (const { flags, there } of await Promise.all(processes)) {
    expect(there.length).toBe(here.length)
    for (const [i, line] of there.entries()) expect(line, `node ${flags.join(' ')}`).toBe(here[i])
  }
})
