import { readdirSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { startDemoPeer, stopDemoPeer, type DemoPeer } from './cli/demo-peers.ts'
import { decodeInvite } from './network/invite-code.ts'
import type { Invite } from './protocol/messages.ts'

/** Whom an attack meets: a daemon in a process of its own, with a contact, and how to get at it. */
export interface Scene {
  readonly invite: (trust: number) => Promise<Invite>
  /** How long the attack may go on. */
  readonly signal: AbortSignal
}

/** An attack: a `*.attack.ts` file beside the code exports some as `attacks`. */
export interface Attack {
  /** What is tried, in a few words. */
  readonly name: string
  readonly by: 'stranger' | 'contact'
  /** Attacks until the signal, or until there is nothing left to try. @returns what the victim did, in a few words */
  run(scene: Scene): Promise<string>
}

/** What a victim went through. Growth is what is left when the attack is over. */
export interface AttackResult {
  readonly attack: string
  readonly by: Attack['by']
  readonly memory_growth_bytes: number
  readonly disk_growth_bytes: number
  /** The longest that it took to answer its own user; before the attack, and during it. */
  readonly quiet_stall_ms: number
  readonly stall_ms: number
  /** Whether the process lived, and a restart after SIGKILL gave the same peer, people and jobs. */
  readonly survived: boolean
  readonly same_after_restart: boolean
  readonly outcome: string
}

/** Milliseconds between two questions of the victim's user. */
const ASK_EVERY_MS = 20
/** After an attack its connections close, and what was held for them goes. */
const SETTLE_MS = 1_500

/** Runs one attack against a fresh victim for so long at most. */
export async function attackVictim(attack: Attack, seconds: number): Promise<AttackResult> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-attack-'))
  const peers: DemoPeer[] = []
  const start = async (name: string, index: number): Promise<DemoPeer> => {
    const peer = await startDemoPeer({ folder: join(folder, name), name, part: 'provider', cores: 1 })
    peers[index] = peer
    return peer
  }
  try {
    const victim = await start('victim', 0)
    const friend = await start('friend', 1)
    const { code } = await victim.api.calls.people.invite({ trust: 0.8, valid_minutes: 5 })
    await friend.api.calls.people.pair({ code, trust: 0.8 })
    const quiet = watchAnswers(victim)
    await pause(Math.min(2_000, seconds * 500))
    const quiet_stall_ms = await quiet()
    const before = await measure(victim, join(folder, 'victim'))
    const asked = watchAnswers(victim)
    const outcome = await attack.run({
      invite: async (trust) => {
        const made = await victim.api.calls.people.invite({ trust, valid_minutes: 5 })
        const decoded = decodeInvite(made.code)
        if (!decoded.ok) throw new Error(decoded.fault.message)
        return decoded.value
      },
      signal: AbortSignal.timeout(seconds * 1_000),
    })
    const stall_ms = await asked()
    await pause(SETTLE_MS)
    const survived = victim.process.exitCode === null && victim.process.signalCode === null
    const after = survived ? await measure(victim, join(folder, 'victim')) : before
    return {
      attack: attack.name,
      by: attack.by,
      memory_growth_bytes: after.memory - before.memory,
      disk_growth_bytes: after.disk - before.disk,
      quiet_stall_ms: Math.round(quiet_stall_ms),
      stall_ms: Math.round(stall_ms),
      survived,
      same_after_restart: survived && (await isSameAfterRestart(victim, () => start('victim', 0))),
      outcome,
    }
  } finally {
    await Promise.all(peers.map(stopDemoPeer))
    await rm(folder, { recursive: true, force: true })
  }
}

/** Asks the victim as its user does, again and again. The returned function ends that, with the longest wait. */
function watchAnswers({ api, process: child }: DemoPeer): () => Promise<number> {
  let longest = 0
  const over = new AbortController()
  const asking = (async () => {
    while (!over.signal.aborted && child.exitCode === null && child.signalCode === null) {
      const askedMs = performance.now()
      // A victim that has died shows in the result.
      await api.calls.node.info().catch(() => undefined)
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

async function measure({ api }: DemoPeer, folder: string): Promise<{ memory: number; disk: number }> {
  const { rss_bytes } = await api.calls.node.info()
  return { memory: rss_bytes, disk: await bytesBelow(folder) }
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
  Each attack meets a fresh peer; WORDS choose those whose names have them.`

function row(result: AttackResult): string {
  const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`
  return `| ${[
    result.by,
    result.attack,
    mb(result.memory_growth_bytes),
    mb(result.disk_growth_bytes),
    `${result.stall_ms} ms (quiet ${result.quiet_stall_ms})`,
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
    tell('| by | attack | memory | disk | longest wait of its user | process | after a restart | outcome |')
    tell('|---|---|---|---|---|---|---|---|')
  }
  for (const attack of chosen) {
    const result = await attackVictim(attack, seconds)
    tell(values.json ? JSON.stringify(result) : row(result))
    if (!result.survived || !result.same_after_restart) process.exitCode = 1
  }
}

if (import.meta.main) await main(process.argv.slice(2))
