import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FaultError } from '../../../../protocol/fault.ts'
import { ERRNO } from './wasi-errno.ts'
import { createTestProgram } from './wasi.fixture.ts'
import { WASI, WASI_SIGNATURES } from './wasi-signatures.ts'

/** Numbers as a module may give them: descriptors, pointers into its page and around its end, and anything. */
const word = fc.oneof(
  fc.integer({ min: -2, max: 8 }),
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 65_500, max: 65_560 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
)
const long = fc.oneof(
  fc.bigInt({ min: -3n, max: 100n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  // Rights to read and write, so that files are opened for both.
  fc.constant(66n),
)

const call = fc
  .constantFrom(...Object.entries(WASI_SIGNATURES[WASI] ?? {}))
  .chain(([name, signature]) =>
    fc.tuple(
      fc.constant(name),
      fc.tuple(...Array.from(signature.split(':')[0] ?? '', (type) => (type === 'I' ? long : word))),
    ),
  )

it('answers whatever a module calls it with by an errno, or ends the unit with a fault', () => {
  const errnos = new Set<number>(Object.values(ERRNO))
  const memory = fc.uint8Array({ minLength: 400, maxLength: 400 })
  const kinds = new Set<string>()
  fc.assert(
    fc.property(memory, fc.array(call, { minLength: 1, maxLength: 40 }), (bytes, calls) => {
      const program = createTestProgram({
        input: bytes.subarray(0, 100),
        outputBytesMax: 200_000,
        fuel: 50_000_000,
        params: { args: ['one'], env: { TWO: '2' } },
      })
      program.host.memory.view(0, bytes.byteLength).set(bytes)
      // Text that names the files, where small pointers point.
      program.host.memory.view(0, 8).set(new TextEncoder().encode('in\0out\0/'))
      for (const [name, values] of calls) {
        try {
          const errno = program.call(name, ...values)
          expect(errnos.has(errno), `${name} answers ${errno}`).toBe(true)
        } catch (error) {
          if (!(error instanceof FaultError)) throw error
          kinds.add(error.fault.kind)
          return
        }
      }
    }),
    { numRuns: 1_000 },
  )
  for (const kind of kinds) expect(['exit-code', 'fuel-exhausted', 'oversized']).toContain(kind)
})
