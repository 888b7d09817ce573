/** Failures that are not a unit's doing: a machine without memory, and a time that is up. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALLOWED_BOMBS } from './compile-bombs.fixture.ts'
import { GOOD, meshwork, passes } from './hostile-case.fixture.ts'
import { startSandbox, type Sandbox } from './hostile-run.fixture.ts'

const GROW_TO_2_GIB = `(loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))`
/** A module that V8 takes long to compile; a worker cannot be stopped meanwhile. */
const SLOW_BOMBS = ALLOWED_BOMBS.filter(({ name }) => /loops|results|100,000/.test(name))
const LIMITS = { memory_pages: 32_768, fuel: 1e10 }

describe.runIf(process.platform === 'linux')('where the machine has no memory for it', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ dataBytes: 1_500 << 20 })
  })
  afterAll(() => sandbox.stop())

  it('a unit within its limits is not found guilty, and the next one runs', async () => {
    const growing = passes('growing', meshwork(GROW_TO_2_GIB), undefined, { limits: LIMITS })
    const large = passes('large', meshwork('', { memory: '32000' }), undefined, { limits: LIMITS })
    const [grown, claimed, good] = await sandbox.run([growing, large, GOOD])
    // A module that takes all there is may leave V8 too little to go on with, and its host dies, too: neither is a verdict.
    expect(kindOf(grown)).toMatch(/^(?:memory-exhausted|runner-lost)$/)
    expect(kindOf(claimed)).toMatch(/^(?:memory-exhausted|runner-lost)$/)
    expect(good).toMatchObject({ output: 'good' })
    expect(await sandbox.leftovers()).toEqual([])
  })
})

describe('when its time is up', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox.stop())

  const slow = { limits: { wall_ms: 300, fuel: 2 ** 53 - 1 } }

  it('a unit that loops is stopped, and nothing else', async () => {
    const loop = passes('loop', meshwork('(loop $again (br $again))'), undefined, slow)
    const others = Array.from({ length: 20 }, (_, i) => ({ ...GOOD, name: `good ${i}` }))
    const [stopped, ...rest] = await sandbox.run([loop, ...others])
    expect(stopped).toEqual({ kind: 'timed-out', message: 'stopped after its 300 ms' })
    expect(rest).toMatchObject(others.map(() => ({ output: 'good' })))
    expect(sandbox.hosts()).toBe(1)
  })

  it('[X12] units that compile are stopped, and what ran beside them ends well', async () => {
    const bombs = SLOW_BOMBS.map((bomb) => ({ ...bomb, limits: { wall_ms: 1 } }))
    const others = Array.from({ length: 20 }, (_, i) => ({ ...GOOD, name: `good ${i}` }))
    const ends = await sandbox.run([...bombs, ...others])
    // A fast machine may be done before the test looks.
    for (const end of ends.slice(0, bombs.length)) expect(kindOf(end)).toMatch(/^(?:timed-out|done)$/)
    expect(ends.slice(bombs.length)).toMatchObject(others.map(() => ({ output: 'good' })))
  })
})

function kindOf(end: unknown): string {
  return typeof end === 'object' && end !== null && 'kind' in end ? String(end.kind) : 'done'
}
