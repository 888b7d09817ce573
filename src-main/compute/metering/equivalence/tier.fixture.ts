/**
 * Behaviour and fuel of many modules under whatever compiler this process was told to use. As a program it writes one
 * line of JSON for each module.
 */
import { wat } from '../wat.fixture.ts'
import { meteredBehaviour } from './behaviour.fixture.ts'
import type { Invocation } from './case.fixture.ts'
import { CONTROL_CASES } from './control.fixture.ts'
import { EXCEPTION_CASES } from './exception.fixture.ts'
import { programCalls, randomProgram } from './random-program.fixture.ts'
import { STATE_CASES } from './state.fixture.ts'
import { VALUE_CASES } from './value.fixture.ts'

const PROGRAMS = 80
/** Seeds apart from those of the other tests. */
const FIRST_SEED = 50_000
/** Part of the fuel that a program needs, so that it ends somewhere in the middle. */
const SHARE = 0.6

/** One line for each module, full runs and runs that end for lack of fuel. */
export function tierLines(): string[] {
  const cases = [...CONTROL_CASES, ...STATE_CASES, ...VALUE_CASES, ...EXCEPTION_CASES]
  const programs = Array.from({ length: PROGRAMS }, (_, i) => {
    const text = randomProgram(FIRST_SEED + i)
    return { name: `program ${FIRST_SEED + i}`, wat: text, calls: programCalls(text, i) }
  })
  return [...cases, ...programs].flatMap((one) => linesOf(one.name, wat(one.wat), one.calls))
}

function linesOf(name: string, bytes: Uint8Array, calls: readonly Invocation[]): string[] {
  const whole = meteredBehaviour(bytes, calls, { nanBits: 'canonical' })
  const used = whole.fuel[whole.fuel.length - 1] ?? 0
  const started = whole.fuel[0] ?? 0
  const fuel = started + Math.floor((used - started) * SHARE)
  const part = used > started ? meteredBehaviour(bytes, calls, { nanBits: 'canonical', fuel }) : whole
  return [whole, part].map((seen) => JSON.stringify({ name, ...seen }))
}

if (import.meta.main) process.stdout.write(`${tierLines().join('\n')}\n`)
