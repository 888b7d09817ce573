import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

/** Which inputs a fuzzer tries: those of a seed by number, each of which depends on nothing but the two. */
export interface FuzzRange {
  readonly seed: number
  /** The first input's number. */
  readonly from: number
  readonly count: number
  /** Whether only digests are wanted, to compare with another machine's: a fuzzer may leave out what costs more. */
  readonly digestsOnly: boolean
}

/** Some inputs that were tried, one after the other. */
export interface FuzzStep {
  readonly tried: number
  /** The defects that were found, each with the input's number. */
  readonly found: readonly { readonly index: number; readonly what: string }[]
  /** Digest of these inputs' results, for fuzzers whose results are the same on every machine. */
  readonly digest?: string
}

/** A fuzzer: a `*.fuzz.ts` file beside the code exports one as `fuzzer`. */
export interface Fuzzer {
  readonly name: string
  /** The noun of the inputs, in the plural: programs, frames. */
  readonly inputs: string
  /** How many are tried unless it is said: some minutes' worth. */
  readonly count: number
  run(range: FuzzRange): Iterable<FuzzStep> | AsyncIterable<FuzzStep>
}

/** The result of a run of a fuzzer. */
export interface FuzzOutcome {
  readonly tried: number
  readonly found: number
  /** The digest of each step that has one. */
  readonly digests: readonly string[]
}

const TOLD_EVERY_MS = 10_000

/** Runs a fuzzer, and tells what it finds and how far it has come by lines of text. */
export async function fuzz(
  fuzzer: Fuzzer,
  range: FuzzRange,
  tell: (line: string) => void,
): Promise<FuzzOutcome> {
  const { name, inputs } = fuzzer
  const digests: string[] = []
  let [tried, found] = [0, 0]
  let toldMs = performance.now()
  for await (const step of fuzzer.run(range)) {
    tried += step.tried
    found += step.found.length
    if (step.digest !== undefined) digests.push(step.digest)
    for (const { index, what } of step.found) {
      tell(`${name}: ${what} (npm run fuzz -- ${name} --seed ${range.seed} --from ${index} --count 1)`)
    }
    if (performance.now() - toldMs < TOLD_EVERY_MS) continue
    toldMs = performance.now()
    tell(`${name}: ${tried} of ${range.count} ${inputs}, ${found} found`)
  }
  tell(`${name}: seed ${range.seed}, ${tried} ${inputs} from ${range.from} on, ${found} found`)
  return { tried, found, digests }
}

/** The places at which two lists of digests differ; a shorter list is compared as far as it goes. */
export function differentDigests(ours: readonly string[], theirs: readonly string[]): number[] {
  return ours.flatMap((digest, place) => {
    const other = theirs[place]
    return other === undefined || other === digest ? [] : [place]
  })
}

const USAGE = `npm run fuzz -- NAME... [--seed N] [--from N] [--count N] [--record FILE | --compare FILE]
  --record    writes the digest of what each step came to, a line each
  --compare   compares with such a file of another machine, and tries nothing else`

async function fuzzers(): Promise<Fuzzer[]> {
  const found: Fuzzer[] = []
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((path) => path.endsWith('.fuzz.ts')).sort()) {
    const path = join(import.meta.dirname, file)
    found.push(((await import(pathToFileURL(path).href)) as { fuzzer: Fuzzer }).fuzzer)
  }
  return found
}

/** A whole number from 0 on. */
function numberOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${text} is no whole number\n${USAGE}`)
  return value
}

/** The fuzzers to run, and what to do with the digests. */
interface Asked {
  readonly fuzzers: readonly Fuzzer[]
  readonly seed: number
  readonly from: number
  readonly count: number | undefined
  readonly record: string | undefined
  readonly compare: string | undefined
}

/** @throws TypeError for what is no option, no number or no fuzzer */
function readArguments(args: readonly string[], all: readonly Fuzzer[]): Asked {
  const option = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seed: option, from: option, count: option, record: option, compare: option },
  })
  const unknown = positionals.filter((name) => !all.some((one) => one.name === name))
  if (unknown.length > 0) {
    const names = all.map(({ name }) => name).join(', ')
    throw new TypeError(`no fuzzer ${unknown.join(', ')}: there are ${names}\n${USAGE}`)
  }
  return {
    fuzzers: all.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    seed: numberOf(values.seed, 1),
    from: numberOf(values.from, 0),
    count: values.count === undefined ? undefined : numberOf(values.count, 0),
    record: values.record,
    compare: values.compare,
  }
}

/** Runs one fuzzer. Returns whether all was well. */
async function runOne(fuzzer: Fuzzer, { seed, from, count, record, compare }: Asked): Promise<boolean> {
  const tell = (line: string) => void process.stdout.write(`${line}\n`)
  const range = { seed, from, count: count ?? fuzzer.count, digestsOnly: compare !== undefined }
  const { found, digests } = await fuzz(fuzzer, range, tell)
  if (record !== undefined) writeFileSync(record, `${digests.join('\n')}\n`)
  if (compare === undefined) return found === 0
  const theirs = readFileSync(compare, 'utf8').trimEnd().split('\n')
  const different = differentDigests(digests, theirs)
  const steps = different.length === 0 ? '' : `, at step ${different.slice(0, 10).join(', ')}`
  const compared = Math.min(digests.length, theirs.length)
  tell(`${fuzzer.name}: ${compared} digests compared, ${different.length} differ${steps}`)
  return found === 0 && different.length === 0
}

/** Runs the named fuzzers, or all. The exit code is 1 where something was found, 2 for wrong arguments. */
async function main(args: readonly string[]): Promise<void> {
  const all = await fuzzers()
  let asked: Asked
  try {
    asked = readArguments(args, all)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
    return
  }
  for (const fuzzer of asked.fuzzers) if (!(await runOne(fuzzer, asked))) process.exitCode = 1
}

if (import.meta.main) await main(process.argv.slice(2))
