import { expect, test } from 'vitest'
import { hostEnd } from './host-end.ts'

const OUT_OF_MEMORY = `
<--- Last few GCs --->

[2:0x7f473c0cc000]      288 ms: Scavenge 17.0 (21.5) -> 15.3 (31.0) MB, pooled: 0 MB, 2.24 / 0.00 ms  (average mu = 1.000)
FATAL ERROR: Committing semi space failed. Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0x931db0  [node]
`
const UNCAUGHT = `/somewhere/host.ts:12
  throw new TypeError('as it happens')
  ^

TypeError: as it happens
    at Object.<anonymous> (/somewhere/host.ts:12:9)

Node.js v24.21.0
`

test('[X12] a host’s end is told in one line, with its cause', () => {
  expect(hostEnd('SIGABRT', OUT_OF_MEMORY)).toEqual({
    cause: 'no-memory',
    reason:
      'SIGABRT: FATAL ERROR: Committing semi space failed. Allocation failed - JavaScript heap out of memory',
  })
  for (const said of [
    '#\n# Fatal process out of memory: Failed to reserve virtual memory for CodeRange\n#\n',
    "terminate called after throwing an instance of 'St9bad_alloc'\n  what():  std::bad_alloc\n",
    'node:internal/worker:375\n\nError: EAGAIN\n    at new Worker (node:internal/worker:375:19) {\n',
  ]) {
    expect(hostEnd('SIGTRAP', said).cause, said).toBe('no-memory')
  }
  expect(hostEnd('exit code 1', UNCAUGHT)).toEqual({
    cause: 'unknown',
    reason: 'exit code 1: TypeError: as it happens',
  })
  // A stack, or a program that is quoted, may name a lack of memory that there was not.
  const broken = 'FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal'
  const quoting = 'TypeError: it said: FATAL ERROR: out of memory, std::bad_alloc, Error: EAGAIN'
  for (const line of [broken, quoting]) {
    expect(hostEnd('SIGABRT', `${line}\n 1: std::bad_alloc::what() (wasm://wasm/1)\n`)).toEqual({
      cause: 'unknown',
      reason: `SIGABRT: ${line}`,
    })
  }
  expect(hostEnd('SIGXCPU', '')).toEqual({ cause: 'time-spent', reason: 'SIGXCPU' })
  expect(hostEnd('exit code 9', 'node: bad option: --x\n')).toEqual({
    cause: 'unknown',
    reason: 'exit code 9: node: bad option: --x',
  })
})

test('[X12] what a host says does not move the lines of a terminal, and has an end', () => {
  const { reason } = hostEnd('SIGKILL', `\u001b[2J${'x'.repeat(5_000)}\r`)
  expect(reason).toMatch(/^SIGKILL: [ [\]2Jx]+$/)
  expect(reason.length).toBeLessThan(400)
})
