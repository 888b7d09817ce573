import { parseArgs } from 'node:util'
import { clearLeftovers } from './testbed.ts'
import { missingForLab, missingForRow } from './requirements.ts'
import { playScenario, type Row, type Scenario } from './scenario.ts'
import { scenarios as chaos } from './scenarios/chaos.ts'
import { scenarios as testbedChecks } from './scenarios/testbed-checks.ts'
import { scenarios as homes } from './scenarios/homes.ts'
import { scenarios as lines } from './scenarios/lines.ts'
import { scenarios as midJob } from './scenarios/mid-job.ts'
import { scenarios as restarts } from './scenarios/restarts.ts'
import { scenarios as secrecy } from './scenarios/secrecy.ts'
import { hasFailed, skippedRow, TABLE_HEAD, tableRow } from './table.ts'

const USAGE = `npm run lab -- [WORDS...] [--seconds N | --minutes N] [--seed N] [--json] [--list]
  Real peers in network namespaces, with home routers and an internet between them. WORDS choose the scenarios whose names
  have them all; --seconds and --minutes say how long the long ones take. Linux, root, nft.`

const SCENARIOS: readonly Scenario[] = [
  ...testbedChecks,
  ...restarts,
  ...homes,
  ...midJob,
  ...lines,
  ...secrecy,
  ...chaos,
]
/** The exit code of a run that was told to stop, as shells have it. */
const EXIT_STOPPED = 130
/** A day: no scenario is worth more. */
const SECONDS_MAX = 86_400

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const seconds = values.minutes === undefined ? Number(values.seconds) : 60 * Number(values.minutes)
  const isTimed = values.seconds !== undefined || values.minutes !== undefined
  const seed = Number(values.seed)
  if (values.help || !Number.isSafeInteger(seed) || (isTimed && !(seconds > 0 && seconds <= SECONDS_MAX))) {
    tell(USAGE)
    return values.help ? 0 : 2
  }
  const chosen = SCENARIOS.filter(({ name }) => positionals.every((word) => name.includes(word)))
  if (values.list) {
    for (const { name } of chosen) tell(name)
    return 0
  }
  const missing = missingForLab()
  if (missing !== undefined) {
    tell(`lab: SKIPPED, ${missing}.`)
    return 0
  }
  return playAll(chosen, { seed, ...(isTimed ? { seconds } : {}) }, values.json)
}

async function playAll(
  chosen: readonly Scenario[],
  options: Parameters<typeof playScenario>[1],
  json: boolean,
): Promise<number> {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopped.abort())
  await clearLeftovers()
  if (!json) for (const line of TABLE_HEAD) tell(line)
  let failed = false
  for (const scenario of chosen) {
    const missing = missingForRow(scenario.needs)
    if (missing !== undefined) {
      tell(json ? JSON.stringify({ name: scenario.name, skipped: missing }) : skippedRow(scenario, missing))
      continue
    }
    const row = await untilStopped(playScenario(scenario, options, stopped.signal), stopped.signal)
    if (row === undefined) return EXIT_STOPPED
    tell(json ? JSON.stringify(row) : tableRow(row))
    failed ||= hasFailed(row)
  }
  return failed ? 1 : 0
}

/** A scenario's row; undefined for one that was stopped, also where building its stage failed by that. */
async function untilStopped(
  playing: Promise<Row | undefined>,
  signal: AbortSignal,
): Promise<Row | undefined> {
  try {
    return await playing
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

// A scenario that was stopped may still wait for something.
process.exit(await main(process.argv.slice(2)))
