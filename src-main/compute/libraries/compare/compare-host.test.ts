/** Comparing as a peer does it: a local task in a compute host. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcomesOf } from '../../../ports/runner.contract.ts'
import type { RunInput, RunLimits, Runner, RunOutcome } from '../../../ports/runner.ts'
import {
  candidateRole,
  COMPARE,
  COMPARE_LIMITS,
  COMPARING_MODULE_ROLE,
} from '../../../protocol/compare-task.ts'
import type { Params } from '../../../protocol/work.ts'
import { wat } from '../../metering/wat.fixture.ts'
import { startRunner, type StartedRunner } from '../../started-runner.fixture.ts'
import { encodePng } from '../render/picture/png.ts'
import { cidOf, likenessIn } from './compare-call.fixture.ts'

let started: StartedRunner
let runner: Runner
beforeAll(async () => {
  started = await startRunner(1)
  ;({ runner } = started)
})
afterAll(() => started.stop())

function contentOf(bytes: Uint8Array): RunInput {
  return { cid: cidOf(bytes), content: bytes, layout: { kind: 'raw', bytes: bytes.byteLength } }
}

async function compare(
  outputs: readonly Uint8Array[],
  params: Params,
  more: { module?: Uint8Array; limits?: RunLimits } = {},
): Promise<RunOutcome> {
  const { module, limits = COMPARE_LIMITS } = more
  const inputs = Object.fromEntries(outputs.map((bytes, i) => [candidateRole(i), contentOf(bytes)]))
  if (module !== undefined) inputs[COMPARING_MODULE_ROLE] = contentOf(module)
  const task = { id: 'c', algorithmId: COMPARE.id, algorithmVersion: COMPARE.version, params, inputs, limits }
  const outcome = (await outcomesOf(runner, [task])).get('c')
  if (outcome === undefined) throw new Error('no outcome')
  return outcome
}

describe('[V15] a comparing in a compute host', () => {
  test('says which outputs are alike, by their CIDs', async () => {
    const grey = (level: number) => encodePng(16, 16, new Uint8Array(768).fill(level))
    const outputs = [grey(100), Uint8Array.of(1, 2, 3), grey(101)]
    const outcome = await compare(outputs, { comparator: { name: 'image', rmse_max: 0.01, ssim_min: 0.9 } })
    if (outcome.kind !== 'done' || outcome.output.kind !== 'bytes') throw new Error('expected bytes')
    expect(likenessIn(outcome.output.bytes)).toEqual({
      candidates: outputs.map(cidOf),
      alike: [
        [true, false, true],
        [false, true, false],
        [true, false, true],
      ],
    })
    expect(outcome.info).toEqual({ notes: ['candidate 1 cannot be compared: not a PNG file'] })
  })

  test('[V14] is metered, and ends with a typed fault where the module never ends', async () => {
    const endless = wat(`(module (memory (export "memory") 1)
      (func (export "alloc") (param i32) (result i32) (i32.const 1024))
      (func (export "run") (param i32 i32) (result i64) (loop $l (br $l)) (i64.const 0)))`)
    const comparator = { name: 'module', cid: cidOf(endless) }
    const outputs = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]
    const spent = await compare(outputs, { comparator, limits: { fuel: 1_000_000 } }, { module: endless })
    expect(spent).toMatchObject({ kind: 'failed', fault: { kind: 'fuel-exhausted' } })
    const limits = { ...COMPARE_LIMITS, wallMsMax: 1_000 }
    const late = await compare(outputs, { comparator }, { module: endless, limits })
    expect(late).toMatchObject({ kind: 'failed', fault: { kind: 'timed-out' } })
    const after = await compare(outputs, { comparator: { name: 'exact-hash' } })
    expect(after.kind).toBe('done')
  })
})
