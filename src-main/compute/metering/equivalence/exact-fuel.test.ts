import { expect, test, vi } from 'vitest'
import { meterModule } from '../meter.ts'
import { instantiateMetered } from '../metered-instance.ts'
import { wat } from '../wat.fixture.ts'
import type { Invocation } from './case.fixture.ts'
import { CONTROL_CASES } from './control.fixture.ts'
import { interpretedModule } from './interpreter-module.fixture.ts'
import { Interpreter } from './interpreter.fixture.ts'
import { programCalls, randomProgram } from './random-program.fixture.ts'
import { STATE_CASES } from './state.fixture.ts'
import { VALUE_CASES } from './value.fixture.ts'

// Nothing is folded here, so that what the injector charges must be what the instructions cost, one by one.
vi.mock(import('../costs.ts'), async (original) => ({ ...(await original()), FOLDED_MAX: 0 as never }))

const PROGRAMS = 400
const FUEL = 1e12

/** The fuel that the interpreter spent, and that the meter took, after each call; up to the first trap. */
function spent(bytes: Uint8Array, calls: readonly Invocation[]): { interpreter: number[]; meter: number[] } {
  const options = { memoryPagesMax: 65_536, tableElementsMax: 1_000, nanBits: 'untouched' } as const
  const interpreter = new Interpreter(interpretedModule(bytes))
  const module = new WebAssembly.Module(meterModule(bytes, options).bytes)
  const instance = instantiateMetered(module, {}, { fuel: FUEL })
  const steps = { interpreter: [interpreter.spent], meter: [instance.fuelUsed()] }
  for (const [name, ...args] of calls) {
    try {
      interpreter.run(name, args)
    } catch {
      break
    }
    instance.guard(() => (instance.exports[name] as unknown as (...values: unknown[]) => unknown)(...args))
    steps.interpreter.push(interpreter.spent)
    steps.meter.push(instance.fuelUsed())
  }
  return steps
}

/** Cases of the equivalence suite that the interpreter knows all instructions of. */
const CASES = [...CONTROL_CASES, ...STATE_CASES, ...VALUE_CASES].filter((one) => {
  try {
    new Interpreter(interpretedModule(wat(one.wat)))
    return true
  } catch {
    return false
  }
})

test('most cases of the equivalence suite can be interpreted', () => {
  expect(CASES.length).toBeGreaterThan(15)
})

test.each(CASES)('fuel is the sum of what each instruction costs: $name', (one) => {
  const { interpreter, meter } = spent(wat(one.wat), one.calls)
  expect(meter).toEqual(interpreter)
})

test('fuel is the sum of what each instruction costs, in random programs', () => {
  let calls = 0
  for (let seed = 0; seed < PROGRAMS; seed++) {
    const text = randomProgram(seed, 'plain')
    const { interpreter, meter } = spent(wat(text), programCalls(text, seed))
    expect(meter, `program ${seed}`).toEqual(interpreter)
    calls += meter.length - 1
  }
  expect(calls).toBeGreaterThan(PROGRAMS)
})
