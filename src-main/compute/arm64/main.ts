/**
 * `npm run test:arm64` computes the same things on x64 and on arm64 (npm's Node for arm64 under qemu) and compares bits
 * and fuel. The exit code is 1 where anything differs, and where arm64 cannot be run here; with `--if-available` the
 * latter is only told.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { compareRuns, type Comparison, type NamedRun, RunOutput } from './computed.ts'
import { type Emulator, findEmulator, thisMachine, type Unavailable } from './emulator.ts'
import { nodeForArm64 } from './node-binary.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PROGRAM = join(import.meta.dirname, 'compute.fixture.ts')

/**
 * V8's two compilers make different code for arm64: without the meter's rules for NaNs the two leave different bits. A
 * peer runs both, the first code of a function by Liftoff and much used code by TurboFan. Most programs here are too
 * short for V8 to turn to TurboFan by itself. qemu needs neither flag.
 */
const COMPILERS = { Liftoff: '--liftoff-only', TurboFan: '--no-liftoff' } as const

/** A run takes about a minute of processor time; one that hangs is ended. */
const RUN_MS_MAX = 600_000
const OUTPUT_BYTES_MAX = 16 * 2 ** 20

/** How a machine is named in lines, what Node must say that it is, and the command that runs Node on it. */
interface Machine {
  readonly label: string
  readonly arch: 'x64' | 'arm64'
  readonly command: readonly [string, ...string[]]
}

/** Runs the program that computes. @throws Error when it fails, or ran on another kind of machine than it should */
async function runOn({ label, arch, command }: Machine, signal: AbortSignal): Promise<NamedRun> {
  const [file, ...args] = command
  const { stdout } = await promisify(execFile)(file, [...args, PROGRAM], {
    cwd: ROOT,
    signal,
    timeout: RUN_MS_MAX,
    maxBuffer: OUTPUT_BYTES_MAX,
  })
  const output = RunOutput.parse(JSON.parse(stdout))
  if (output.arch !== arch || output.node !== process.version) {
    throw new Error(`${label} is Node ${output.node} on ${output.arch}, not ${process.version} on ${arch}`)
  }
  return { label, output }
}

/** x64 by V8's own choice of compilers, then arm64 by each compiler, at the same time. */
async function runAll({ program, libraries }: Emulator, node: string): Promise<[NamedRun, ...NamedRun[]]> {
  const emulated = Object.entries(COMPILERS).map(([name, flag]): Machine => {
    return { label: `arm64 (${name})`, arch: 'arm64', command: [program, '-L', libraries, node, flag] }
  })
  const stop = new AbortController()
  try {
    const x64 = await runOn({ label: 'x64', arch: 'x64', command: [process.execPath] }, stop.signal)
    return [x64, ...(await Promise.all(emulated.map((machine) => runOn(machine, stop.signal))))]
  } finally {
    // Ends the other run where one has failed.
    stop.abort()
  }
}

function lineOf(comparison: Comparison): string {
  if (comparison.kind === 'different') return `DIFFERENT  ${comparison.name}: ${comparison.message}`
  const fuel = comparison.fuel === undefined ? '' : `, fuel ${comparison.fuel}`
  return `same       ${comparison.name}: ${comparison.digest}${fuel}`
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

function notRun({ message }: Unavailable, isOptional: boolean): number {
  tell(`test:arm64: NOT RUN: ${message}`)
  return isOptional ? 0 : 1
}

/** @returns an exit code */
async function main(args: readonly string[]): Promise<number> {
  const startMs = performance.now()
  const { values } = parseArgs({ args: [...args], options: { 'if-available': { type: 'boolean' } } })
  const isOptional = values['if-available'] === true
  const emulator = findEmulator(thisMachine())
  if (emulator.kind === 'unavailable') return notRun(emulator, isOptional)
  const node = await nodeForArm64(join(ROOT, 'out/arm64'))
  if (node.kind === 'unavailable') return notRun(node, isOptional)
  const [first, ...others] = await runAll(emulator, node.path)
  const comparisons = compareRuns(first, others)
  for (const comparison of comparisons) tell(lineOf(comparison))
  const different = comparisons.filter(({ kind }) => kind === 'different').length
  const labels = [first, ...others].map(({ label }) => label).join(', ')
  const seconds = Math.round((performance.now() - startMs) / 1_000)
  tell(`test:arm64: ${comparisons.length} compared on ${labels}: ${different} differ (${seconds} s)`)
  return different === 0 && comparisons.length > 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
