import { readdirSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { mergeFigures } from './bench-figures.ts'

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

const COLUMNS = ['metric', 'value', 'ratio', 'target', 'note']

function cells(m: Measurement): string[] {
  const ratio = m.ratio === undefined ? '' : `${m.ratio.toFixed(2)}× ${m.versus ?? ''}`
  const target =
    m.target === undefined ? '' : `${m.target}${m.met === undefined ? '' : m.met ? ' ✓' : ' ✗ missed'}`
  return [m.metric, `${formatted(m)} ${m.unit}`, ratio, target, m.note ?? '']
}

function tableRow(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`
}

function tableHead(columns: readonly string[]): string[] {
  return [tableRow(columns), `|${columns.map(() => '---|').join('')}`]
}

/** Writes the benchmark's table into `FIGURES.md`. */
async function writeFigures(name: string, measurements: readonly Measurement[]): Promise<void> {
  const file = join(import.meta.dirname, 'FIGURES.md')
  const [date] = new Date().toISOString().split('T')
  const section = {
    name,
    measured: `${date}, ${availableParallelism()} ${process.arch} cores, Node ${process.versions.node}.`,
    table: [...tableHead(COLUMNS), ...measurements.map((m) => tableRow(cells(m)))],
  }
  await writeFile(file, mergeFigures(await readFile(file, 'utf8'), section))
}

const USAGE = `npm run bench -- [NAMES...] [--write]
  Measures, and prints a table; all benchmarks without NAMES. --write puts the tables into src-main/FIGURES.md.
  Example: npm run bench -- overhead news`

/** Every benchmark, loaded. */
async function loadBenchmarks(root: string): Promise<Benchmark[]> {
  const modules = benchmarkFiles(root).map((file) => import(pathToFileURL(file).href))
  return (await Promise.all(modules)).map(({ benchmark }: { benchmark: Benchmark }) => benchmark)
}

/** Runs benchmarks, prints their table and writes `out/bench.json`. @param write whether `FIGURES.md` gets their tables */
async function runBenchmarks(root: string, chosen: readonly Benchmark[], write: boolean): Promise<void> {
  const rows: (Measurement & { benchmark: string })[] = []
  for (const line of tableHead(['benchmark', ...COLUMNS])) console.log(line)
  for (const benchmark of chosen) {
    const measurements: Measurement[] = []
    await benchmark.run((measurement) => {
      measurements.push(measurement)
      console.log(tableRow([benchmark.name, ...cells(measurement)]))
    })
    rows.push(...measurements.map((m) => ({ benchmark: benchmark.name, ...m })))
    if (write && measurements.length > 0) await writeFigures(benchmark.name, measurements)
  }
  await mkdir(join(root, 'out'), { recursive: true })
  await writeFile(
    join(root, 'out', 'bench.json'),
    `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`,
  )
}

/** The arguments, or a line about what is wrong with them. */
function parsed(args: readonly string[]) {
  const options = {
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const asked = parsed(args)
  if (typeof asked === 'string' || asked.values.help) {
    console.log(typeof asked === 'string' ? `${asked}\n${USAGE}` : USAGE)
    return typeof asked === 'string' ? 2 : 0
  }
  const root = join(import.meta.dirname, '..')
  const benchmarks = await loadBenchmarks(root)
  const names = asked.positionals
  const unknown = names.find((name) => benchmarks.every((benchmark) => benchmark.name !== name))
  if (unknown !== undefined) {
    console.log(
      `no benchmark is called ${unknown}; there are ${benchmarks.map(({ name }) => name).join(', ')}`,
    )
    return 2
  }
  const chosen = benchmarks.filter(({ name }) => names.length === 0 || names.includes(name))
  await runBenchmarks(root, chosen, asked.values.write)
  return 0
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
