import { parseArgs } from 'node:util'
import { simulate, type Report } from './simulate.ts'

const USAGE = `Runs whole meshes in one process and checks their invariants ([S0] to [S19] in SPEC.md).

  npm run sim -- --seeds 200                 seeds 1 to 200, 7 peers each
  npm run sim -- --seeds 5000 --peers 50     many and large
  npm run sim -- --seed 123 --trace          one seed, every event

  --seed N     one seed          --seeds COUNT   that many (default 200)
  --from N     the first of them (default 1)     --peers N   peers in each mesh (default 7)
  --trace      print every event                 --json      one JSON object per seed
`

/** Milliseconds between two lines of progress. */
const PROGRESS_EVERY_MS = 200

function positive(text: string | undefined, otherwise: number, name: string): number {
  const value = text === undefined ? otherwise : Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`--${name} takes a whole number, not ${String(text)}`)
}

/** The failing seed as its user runs it again. */
function describe({ parameters, broken }: Report): string {
  const again = `npm run sim -- --seed ${parameters.seed} --peers ${parameters.peers} --trace`
  return `seed ${parameters.seed} after ${broken?.atMs ?? 0} ms: ${broken?.message ?? ''}\n  ${again}`
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      peers: { type: 'string' },
      trace: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const peers = positive(values.peers, 7, 'peers')
  if (peers < 2) throw new RangeError('--peers takes 2 or more')
  const first = positive(values.seed ?? values.from, 1, values.seed === undefined ? 'from' : 'seed')
  const count = values.seed === undefined ? positive(values.seeds, 200, 'seeds') : 1
  const startedAt = performance.now()
  const reports: Report[] = []
  const failed: Report[] = []
  let toldAt = 0
  for (let seed = first; seed < first + count; seed++) {
    const report = await simulate({ seed, peers }, values.trace ? { trace: (line) => console.log(line) } : {})
    reports.push(report)
    if (values.json) console.log(JSON.stringify(report))
    if (report.broken !== undefined) {
      failed.push(report)
      console.error(describe(report))
    }
    if (process.stderr.isTTY && performance.now() - toldAt > PROGRESS_EVERY_MS) {
      toldAt = performance.now()
      process.stderr.write(`\r${reports.length} of ${count} seeds, ${failed.length} failed `)
    }
  }
  if (!values.json) console.log(summary(reports, failed.length, (performance.now() - startedAt) / 1_000))
  return failed.length === 0 ? 0 : 1
}

function summary(reports: readonly Report[], failed: number, seconds: number): string {
  const sum = (of: (report: Report) => number): number =>
    reports.reduce((total, report) => total + of(report), 0)
  const mean = (of: (report: Report) => number): number => sum(of) / Math.max(1, reports.length)
  const slowest = reports.reduce((most, { recoveredMs }) => Math.max(most, recoveredMs), 0)
  return [
    `${reports.length} seeds, ${failed} failed, ${seconds.toFixed(1)} s`,
    `${sum((r) => r.actions)} actions, ${sum((r) => r.crashes)} crashes, ${sum((r) => r.units)} units verified`,
    `${sum((r) => r.jobsDone)} jobs done, ${sum((r) => r.jobsFailed)} failed, ${sum((r) => r.rejectedOutputs)} outputs rejected`,
    `${mean((r) => r.messagesPerPeer).toFixed(0)} messages a peer, ${mean((r) => r.roundsToConvergence).toFixed(1)} rounds until a job is given out, ${(100 * mean((r) => r.efficiency)).toFixed(0)} % of the unit runs useful`,
    `the slowest recovery took ${(slowest / 1_000).toFixed(0)} s of virtual time`,
  ].join('\n')
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 2
  }
}
