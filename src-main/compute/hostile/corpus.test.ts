/** The hostile corpus under the full stack. Everything runs twice, and ends twice in the same way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CORPUS } from './corpus.fixture.ts'
import { GOOD } from './hostile-case.fixture.ts'
import { startSandbox, type Sandbox } from './hostile-run.fixture.ts'

/** A message that does nothing to a terminal, whatever the module wrote into it. */
const PRINTABLE_LINE = /^[^\p{Cc}\p{Cf}]+$/u

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

describe.each(CORPUS)('the sandbox against %s', (_, cases) => {
  let first: readonly unknown[] = []
  let second: readonly unknown[] = []
  beforeAll(async () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    first = await sandbox.run(cases)
    second = await sandbox.run(cases)
  })

  it.each(cases.map((one, index) => [one.name, one, index] as const))('%s', (_name, { ends }, index) => {
    if (ends.kind === 'done') {
      const output = ends.output === undefined ? {} : { output: Buffer.from(ends.output).toString('latin1') }
      expect(first[index]).toMatchObject({ ...output, fuel: expect.any(Number) as number })
    } else {
      expect(first[index]).toEqual({
        kind: ends.kind,
        message: expect.stringMatching(ends.message) as string,
      })
      expect(first[index]).toMatchObject({ message: expect.stringMatching(PRINTABLE_LINE) as string })
    }
    expect(second[index]).toEqual(first[index])
  })

  it('leaves the host alive, and a good unit runs in it', async () => {
    expect(await sandbox.run([GOOD])).toMatchObject([{ output: 'good' }])
    expect(sandbox.hosts()).toBe(1)
    expect(await sandbox.leftovers()).toEqual([])
  })
})
