import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FaultError } from '../../../protocol/fault.ts'
import { meterModule } from '../meter.ts'
import { realModules } from '../programs/real-modules.fixture.ts'
import type { Tally } from './campaign.fixture.ts'

/** Mutants from 0 on. `npm run fuzz -- injector` tries 200,000, and others by `--seed`. */
const MUTANTS = 5_000
/**
 * Mutants up to 100,000 that reach code which the first 10,000 do not: with these, every block of code of the injector that
 * the first 100,000 run is run (by the coverage that V8 counts).
 */
const RARE_MUTANTS = [
  18_180, 18_213, 18_233, 18_816, 29_959, 33_918, 33_975, 34_509, 36_203, 38_231, 49_007, 49_247, 58_221,
  78_076, 90_700, 98_934,
]
const PROCESSES = 2
/** A failing mutant is told of by seed and number, and `mutant` makes it again. */
const SEED = 1
/** A process that says nothing for so long hangs: it speaks every 500 mutants, which take a second on an idle machine. */
const SILENCE_MS_MAX = 120_000
/** Modules are many and short-lived: with this room their garbage is collected seldom. */
const YOUNG_MB = 64

interface Line {
  readonly index?: number
  readonly failed?: { readonly seed: number; readonly index: number; readonly what: string }
  readonly tally?: Tally
}

/**
 * Runs a part of the campaign, and some mutants besides, in a process of its own, so that a hang or a crash of V8 is a
 * failure and not the end.
 */
function campaign(
  from: number,
  to: number,
  others: readonly number[],
): Promise<{ failures: string[]; tally: Tally | undefined }> {
  const program = fileURLToPath(new URL('campaign.fixture.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    [`--max-semi-space-size=${YOUNG_MB}`, program, ...[SEED, from, to, ...others].map(String)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const failures: string[] = []
  let last = from
  let tally: Tally | undefined
  let silence: NodeJS.Timeout
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      failures.push(`hangs after mutant ${last}`)
      child.kill('SIGKILL')
    }, SILENCE_MS_MAX)
  }
  heard()
  createInterface(child.stdout).on('line', (text) => {
    heard()
    const line = JSON.parse(text) as Line
    last = line.index ?? last
    tally = line.tally ?? tally
    if (line.failed !== undefined)
      failures.push(`seed ${line.failed.seed}, mutant ${line.failed.index}: ${line.failed.what}`)
  })
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(silence)
      if (code !== 0) failures.push(`ended with ${code ?? signal} after mutant ${last}`)
      resolve({ failures, tally })
    })
  })
}

test(
  '[X1] damaged modules by the thousand and rare ones: refused by a fault, or valid when instrumented and as before; never a crash or a hang',
  { timeout: 300_000 },
  async () => {
    const share = MUTANTS / PROCESSES
    const parts = await Promise.all(
      Array.from({ length: PROCESSES }, (_, i) =>
        campaign(i * share, (i + 1) * share, i === 0 ? RARE_MUTANTS : []),
      ),
    )
    expect(parts.flatMap(({ failures }) => failures)).toEqual([])
    const taken = parts.reduce((sum, { tally }) => sum + (tally?.taken ?? 0), 0)
    const same = parts.reduce((sum, { tally }) => sum + (tally?.same ?? 0), 0)
    // If nearly all were refused at the first byte, nothing would have been tried.
    expect(taken).toBeGreaterThan(MUTANTS / 20)
    expect(same).toBeGreaterThan(MUTANTS / 50)
  },
)

test('every real module of the installed packages is taken and valid, or refused by name', () => {
  const modules = realModules()
  const refusals: string[] = []
  let taken = 0
  for (const [path, bytes] of modules) {
    try {
      const options = { memoryPagesMax: 65_536, tableElementsMax: 1_000_000, nanBits: 'canonical' } as const
      expect(WebAssembly.validate(meterModule(bytes, options).bytes), path).toBe(true)
      taken++
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      refusals.push(error.fault.message)
    }
  }
  expect(taken).toBeGreaterThan(modules.size / 2)
  for (const refusal of refusals)
    expect(refusal).toMatch(/^module refused: (import|exports? of a|shared|threads|garbage)/)
})
