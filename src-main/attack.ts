import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Suffered } from './attacked-peer.fixture.ts'
import { startDemoPeer, stopDemoPeer, type DemoPeer } from './cli/demo/demo-peers.ts'
import { decodeInvite } from './network/identity/invite-code.ts'
import { giveMeasured } from './measured.fixture.ts'
import type { Invite } from './protocol/messages.ts'

/** The target of an attack: a daemon in a process of its own, with a contact, and the ways to reach it. */
export interface Scene {
  readonly invite: (trust: number) => Promise<Invite>
  /** How long the attack may go on. */
  readonly signal: AbortSignal
}

/** An attack: a `*.attack.ts` file beside the code exports some as `attacks`. */
export interface Attack {
  /** The attack in a few words. */
  readonly name: string
  readonly by: 'stranger' | 'contact'
  /**
   * Gets as near as the attacker may: a contact pairs. @returns what then attacks until the signal, or until there is
   * nothing left to try, and says what the victim did, in a few words
   */
  approach(scene: Scene): Promise<() => Promise<string>>
}

/** The effect on a victim. Growth is measured when the attack is over. */
export interface AttackResult {
  readonly attack: string
  readonly by: Attack['by'] | 'all'
  /** Growth of its memory after garbage collection and of its pages: at the end, and at their most. */
  readonly held_growth_bytes: number
  readonly resident_growth_bytes: number
  readonly resident_peak_growth_bytes: number
  readonly disk_growth_bytes: number
  /** The longest that its event loop stood still; before the attack, and during it. */
  readonly quiet_stall_ms: number
  readonly stall_ms: number
  /** The longest that its user waited for an answer during the attack, on a machine that is as busy as the attacker can make it. */
  readonly wait_ms: number
  /** The time of the same job for a friend, computed by the friend and the victim: before the attack, and during it. */
  readonly quiet_job_ms: number
  readonly job_ms: number
  /** Whether the process lived, and a restart after SIGKILL gave the same peer, people and jobs. */
  readonly survived: boolean
  readonly same_after_restart: boolean
  readonly outcome: string
}

/** Milliseconds between two questions of the victim's user. */
const ASK_EVERY_MS = 20
/** After an attack its connections close, and their memory is freed. */
const SETTLE_MS = 1_500
const SETTLE_LOOK_MS = 250
/** The daemon's program, with units that wait and an ear for what it is asked. */
const ENTRY = join(import.meta.dirname, 'attacked-peer.fixture.ts')
/** The honest job: units of this long, one at a time on each of its two peers. */
const UNIT_MS = 50
const PEERS = 2
/** A job that is not done after so many times its length has been stopped by the attack. */
const JOB_PATIENCE = 10

/** A daemon to attack, and the friend whose honest job it computes. */
export interface Victim {
  /**
   * Runs attacks, all at once, for so long at least, while an honest job runs. Then the victim is killed and started
   * again, so that the next attack meets a fresh process.
   */
  attack(attacks: readonly Attack[], options: AttackOptions): Promise<AttackResult>
  stop(): Promise<void>
}

/** The length of an attack, and how exactly it is measured. */
export interface AttackOptions {
  readonly seconds: number
  /**
   * The growth of memory that is small enough, in bytes: with it the victim has settled. Without it the victim has
   * all the time there is to settle, and the honest job is also measured before the attack.
   */
  readonly growthBytesMax?: number
}

/** Runs attacks, all at once, against a fresh victim for so long at least, while an honest job runs. */
export async function attackVictim(attacks: readonly Attack[], seconds: number): Promise<AttackResult> {
  const victim = await startVictim()
  try {
    return await victim.attack(attacks, { seconds })
  } finally {
    await victim.stop()
  }
}

/** Starts a victim and its friend, and lets them compute for the first time. */
export async function startVictim(): Promise<Victim> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-attack-'))
  const peers = new Map<string, DemoPeer>()
  const start = async (name: string): Promise<DemoPeer> => {
    const options = { folder: join(folder, name), name, part: 'provider', cores: 1, entry: ENTRY } as const
    const peer = await startDemoPeer({ ...options, channel: true })
    peers.set(name, peer)
    return peer
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...peers.values()].map(stopDemoPeer))
    await rm(folder, { recursive: true, force: true })
  }
  const startBoth = async () => {
    for (const name of ['victim', 'friend']) await giveMeasured(join(folder, name))
    const [victim, friend] = await Promise.all([start('victim'), start('friend')])
    const { code } = await victim.api.calls.people.invite({ trust: 0.8, valid_minutes: 5 })
    await friend.api.calls.people.pair({ code, trust: 0.8 })
    await waitUntilMeasured([victim, friend])
    // In the first job compute hosts start and code is compiled.
    await runHonestJob(friend, 1)
    return { victim, friend }
  }
  const started = await startBoth().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  let { victim } = started
  const restart = async (): Promise<DemoPeer> => {
    victim = await start('victim')
    return victim
  }
  return {
    attack: async (attacks, options) => {
      if (!isAlive(victim)) await restart()
      await waitUntilConnected(started.friend, victim)
      return measureAttack(attacks, options, {
        victim,
        friend: started.friend,
        folder: join(folder, 'victim'),
        restart,
      })
    },
    stop,
  }
}

interface Attacked {
  readonly victim: DemoPeer
  readonly friend: DemoPeer
  /** The victim's. */
  readonly folder: string
  readonly restart: () => Promise<DemoPeer>
}

async function measureAttack(
  attacks: readonly Attack[],
  options: AttackOptions,
  { victim, friend, folder, restart }: Attacked,
): Promise<AttackResult> {
  const { seconds, growthBytesMax } = options
  victim.process.send('watch')
  const quiet_job_ms = growthBytesMax === undefined ? await runHonestJob(friend, seconds) : 0
  const before = await suffered(victim)
  const diskBefore = await bytesBelow(folder)
  const met = await meet(attacks, victim, friend, seconds)
  const survived = isAlive(victim)
  const after = survived
    ? await settled(victim, growthBytesMax === undefined ? 0 : before.held_bytes + growthBytesMax)
    : before
  return {
    attack: attacks.map(({ name }) => name).join('; '),
    by: attacks.length === 1 && attacks[0] !== undefined ? attacks[0].by : 'all',
    held_growth_bytes: after.held_bytes - before.held_bytes,
    resident_growth_bytes: after.resident_bytes - before.resident_bytes,
    resident_peak_growth_bytes: met.peak_bytes - before.resident_bytes,
    disk_growth_bytes: (await bytesBelow(folder)) - diskBefore,
    quiet_stall_ms: Math.round(before.stall_ms),
    stall_ms: Math.round(met.stall_ms),
    wait_ms: Math.round(met.wait_ms),
    quiet_job_ms: Math.round(quiet_job_ms),
    job_ms: Math.round(met.job_ms),
    survived,
    same_after_restart: survived && (await isSameAfterRestart(victim, restart)),
    outcome: met.outcome,
  }
}

/** The attack itself, until the honest job is done and the time is over, and what the victim says of it. */
async function meet(attacks: readonly Attack[], victim: DemoPeer, friend: DemoPeer, seconds: number) {
  const over = new AbortController()
  const scene: Scene = {
    invite: async (trust) => {
      const made = await victim.api.calls.people.invite({ trust, valid_minutes: 5 })
      const decoded = decodeInvite(made.code)
      if (!decoded.ok) throw new Error(decoded.fault.message)
      return decoded.value
    },
    signal: over.signal,
  }
  const ready: (() => Promise<string>)[] = []
  for (const attack of attacks) ready.push(await attack.approach(scene))
  const asked = watchAnswers(victim)
  const [outcomes, job_ms] = await Promise.all([
    Promise.all(ready.map((attack) => attack())),
    Promise.all([runHonestJob(friend, seconds), pause(seconds * 1_000)])
      .then(([ms]) => ms)
      .finally(() => over.abort()),
  ])
  const wait_ms = await asked()
  const { stall_ms, resident_peak_bytes } = isAlive(victim)
    ? await suffered(victim)
    : { stall_ms: Infinity, resident_peak_bytes: 0 }
  return { outcome: outcomes.join('; '), job_ms, wait_ms, stall_ms, peak_bytes: resident_peak_bytes }
}

function isAlive({ process: child }: DemoPeer): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** The victim's account since it was asked last. */
async function suffered({ process: child }: DemoPeer): Promise<Suffered> {
  const told = once(child, 'message')
  child.send('tell')
  const [answer] = (await told) as [unknown]
  return Suffered.parse(answer)
}

/** Its account when it holds no more than what is enough, at the latest when it has had time to settle. */
async function settled(victim: DemoPeer, enoughBytes: number): Promise<Suffered> {
  const endMs = performance.now() + SETTLE_MS
  for (;;) {
    const account = await suffered(victim)
    if (account.held_bytes <= enoughBytes || performance.now() >= endMs) return account
    await pause(SETTLE_LOOK_MS)
  }
}

async function waitUntilConnected({ api }: DemoPeer, { peerId }: DemoPeer): Promise<void> {
  const isConnected = async (): Promise<boolean> =>
    (await api.calls.people.list()).some(({ peer_id, connected }) => peer_id === peerId && connected)
  while (!(await isConnected())) await pause(ASK_EVERY_MS)
}

async function waitUntilMeasured(peers: readonly DemoPeer[]): Promise<void> {
  for (const { api } of peers) {
    while (!(await api.calls.node.info()).algorithms.some(({ supported }) => supported))
      await pause(ASK_EVERY_MS)
  }
}

/** A job that takes two peers about so long. @returns what it took, in ms; infinite if it was not done */
async function runHonestJob({ api }: DemoPeer, seconds: number): Promise<number> {
  const unit_count = Math.max(PEERS, Math.round((PEERS * seconds * 1_000) / UNIT_MS))
  const { job_id } = await api.calls.jobs.submit({
    kind: 'other',
    algorithm_id: 'test.wait',
    algorithm_version: '1.0.0',
    params: { wait_ms: UNIT_MS },
    unit_count,
    estimated_duration_seconds: UNIT_MS / 1_000,
    resources: { cpu_cores: 1, ram_gb: 0.01 },
    redundancy: 1,
  })
  const signal = AbortSignal.timeout(JOB_PATIENCE * Math.max(seconds, 3) * 1_000)
  try {
    for await (const { state } of await api.calls.jobs.watch({ job_id }, { signal })) {
      if (state.kind === 'failed') return Infinity
    }
  } catch (error) {
    if (signal.aborted) return Infinity
    throw error
  }
  return (await api.calls.jobs.status({ job_id })).wall_ms
}

/** Asks the victim as its user does, again and again. The returned function ends that, with the longest wait. */
function watchAnswers(victim: DemoPeer): () => Promise<number> {
  let longest = 0
  const over = new AbortController()
  const asking = (async () => {
    while (!over.signal.aborted && isAlive(victim)) {
      const askedMs = performance.now()
      // A victim that has died shows in the result.
      await victim.api.calls.node.info().catch(() => undefined)
      longest = Math.max(longest, performance.now() - askedMs)
      await pause(ASK_EVERY_MS)
    }
  })()
  return async () => {
    over.abort()
    await asking
    return longest
  }
}

async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0, // it went while we looked
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Kills the victim, starts it again, and compares what its user sees. */
async function isSameAfterRestart(victim: DemoPeer, restart: () => Promise<DemoPeer>): Promise<boolean> {
  const before = await seenBy(victim)
  const ended = new Promise((resolve) => victim.process.once('exit', resolve))
  victim.process.kill('SIGKILL')
  await ended
  victim.api.close()
  return (await seenBy(await restart())) === before
}

async function seenBy({ api, peerId }: DemoPeer): Promise<string> {
  const [people, jobs] = await Promise.all([api.calls.people.list(), api.calls.jobs.list()])
  const known = people.map(({ peer_id, name, trust_mine }) => [peer_id, name, trust_mine])
  return JSON.stringify([peerId, known, jobs.map(({ job_id }) => job_id)])
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Every attack of the repo. */
export async function allAttacks(): Promise<Attack[]> {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const found: Attack[] = []
  for (const file of files.filter((path) => path.endsWith('.attack.ts')).sort()) {
    const path = pathToFileURL(join(import.meta.dirname, file)).href
    found.push(...((await import(path)) as { attacks: readonly Attack[] }).attacks)
  }
  return found
}

const USAGE = `npm run attack -- [WORDS...] [--seconds N] [--json]
  Each attack meets a fresh peer for N seconds (10), and then all of them meet one; WORDS choose those whose names have them.`

/** The bounds on what one attacker may leave behind, and all together. */
const GROWTH_MAX_MB = { one: 32, all: 64 }
const STALL_MAX_MS = 100
const DELAY_MAX = 0.2

function row(result: AttackResult): string {
  const mb = (bytes: number): number => bytes / 2 ** 20
  const delay = result.job_ms / result.quiet_job_ms - 1
  const mark = (met: boolean): string => (met ? '✓' : '✗')
  const growthMax = result.by === 'all' ? GROWTH_MAX_MB.all : GROWTH_MAX_MB.one
  const held = mb(result.held_growth_bytes)
  return `| ${[
    result.by,
    result.by === 'all' ? 'all of them at once' : result.attack,
    `${held.toFixed(1)} MB ${mark(held <= growthMax)}`,
    `${mb(result.resident_growth_bytes).toFixed(0)} (peak ${mb(result.resident_peak_growth_bytes).toFixed(0)}) MB`,
    `${mb(result.disk_growth_bytes).toFixed(1)} MB`,
    `${result.stall_ms} ms ${mark(result.stall_ms <= STALL_MAX_MS)} (quiet ${result.quiet_stall_ms})`,
    `${result.wait_ms} ms`,
    `${(100 * delay).toFixed(0)} % ${mark(delay <= DELAY_MAX)}`,
    result.survived ? 'lives' : 'ENDED',
    result.same_after_restart ? 'same' : 'ANOTHER',
    result.outcome,
  ].join(' | ')} |`
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const seconds = Number(values.seconds)
  if (values.help || !(seconds > 0 && seconds <= 3_600)) {
    process.stdout.write(`${USAGE}\n`)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const chosen = (await allAttacks()).filter(({ name }) => positionals.every((word) => name.includes(word)))
  if (!values.json) {
    tell(
      '| by | attack | held | pages | disk | longest stall | its user waited | an honest job is late by | process | restart | outcome |',
    )
    tell('|---|---|---|---|---|---|---|---|---|---|---|')
  }
  const groups = [...chosen.map((attack) => [attack]), ...(chosen.length > 1 ? [chosen] : [])]
  for (const attacks of groups) {
    const result = await attackVictim(attacks, seconds)
    tell(values.json ? JSON.stringify(result) : row(result))
    if (!result.survived || !result.same_after_restart) process.exitCode = 1
  }
}

if (import.meta.main) await main(process.argv.slice(2))
