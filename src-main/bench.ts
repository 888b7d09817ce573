import { readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** One measured figure of a benchmark, as the table shows it. */
export interface Measurement {
  readonly metric: string
  readonly value: number
  readonly unit: string
  /** The figure as a ratio to a named peer or to the unmodified thing, measured in the same run. */
  readonly ratio?: number
  readonly versus?: string
  /** The target in words, and whether this run met it. */
  readonly target?: string
  readonly met?: boolean
  readonly note?: string
}

/** A benchmark: a `*.bench.ts` file beside the code exports one as `benchmark`. */
export interface Benchmark {
  readonly name: string
  run(report: (measurement: Measurement) => void): Promise<void> | void
}

/** Every benchmark file of the repo. */
function benchmarkFiles(root: string): string[] {
  return ['src-main', 'src-renderer', 'wasm', 'e2e'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.bench.ts'))
      .map((path) => join(root, top, path)),
  )
}

function formatted({ value }: Measurement): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 4
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

function row(name: string, m: Measurement): string {
  const ratio = m.ratio === undefined ? '' : `${m.ratio.toFixed(2)}× ${m.versus ?? ''}`
  const target =
    m.target === undefined ? '' : `${m.target}${m.met === undefined ? '' : m.met ? ' ✓' : ' ✗ missed'}`
  return `| ${[name, m.metric, `${formatted(m)} ${m.unit}`, ratio, target, m.note ?? ''].join(' | ')} |`
}

/** Runs the named benchmarks (all without a name), prints the table and writes `out/bench.json`. */
async function main(names: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, '..')
  const rows: (Measurement & { benchmark: string })[] = []
  console.log('| benchmark | metric | value | ratio | target | note |')
  console.log('|---|---|---|---|---|---|')
  for (const file of benchmarkFiles(root)) {
    const { benchmark } = (await import(pathToFileURL(file).href)) as { benchmark: Benchmark }
    if (names.length > 0 && !names.includes(benchmark.name)) continue
    await benchmark.run((measurement) => {
      rows.push({ benchmark: benchmark.name, ...measurement })
      console.log(row(benchmark.name, measurement))
    })
  }
  await mkdir(join(root, 'out'), { recursive: true })
  await writeFile(
    join(root, 'out', 'bench.json'),
    `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`,
  )
}

if (import.meta.main) await main(process.argv.slice(2))
