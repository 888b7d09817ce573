import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { C_PROGRAMS, compileCProgram, cProgramPath, recordedToolchain, toolchain } from './c-programs.ts'

const here = await toolchain()
const names = Object.keys(C_PROGRAMS) as (keyof typeof C_PROGRAMS)[]

describe('the examples in C', () => {
  const reason = here === undefined ? 'no clang-14 with wasi-libc here' : 'another toolchain than theirs'
  const isTheirs = here === recordedToolchain()
  const title = (name: string) =>
    `${name}.wasm is what its source compiles to${isTheirs ? '' : ` (${reason})`}`

  for (const name of names) {
    it.skipIf(!isTheirs)(title(name), async () => {
      const folder = await mkdtemp(join(tmpdir(), 'meshwork-clang-'))
      const file = join(folder, 'module.wasm')
      await compileCProgram(name, file)
      const [compiled, checkedIn] = await Promise.all([readFile(file), readFile(cProgramPath(name))])
      await rm(folder, { recursive: true })
      expect(compiled.equals(checkedIn)).toBe(true)
    })
  }

  it('are small enough to be checked in', async () => {
    const sizes = await Promise.all(
      names.map(async (name) => (await readFile(cProgramPath(name))).byteLength),
    )
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(100_000)
  })
})
