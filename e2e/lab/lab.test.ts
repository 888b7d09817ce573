import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { search } from './capture.ts'
import { run } from './commands.ts'
import { openTestbed } from './testbed.ts'
import { missingForLab, missingForRow } from './requirements.ts'
import { playScenario, type Scenario } from './scenario.ts'
import { scenarios as testbedChecks } from './scenarios/testbed-checks.ts'
import { scenarios as homes } from './scenarios/homes.ts'
import { scenarios as restarts } from './scenarios/restarts.ts'
import { scenarios as secrecy } from './scenarios/secrecy.ts'
import { hasFailed, tableRow } from './table.ts'

const missing = missingForLab()
if (missing !== undefined) process.stdout.write(`lab: SKIPPED, ${missing}.\n`)

/** The lab's quick rows, but for those that measure how long peers take; `npm run lab` has the others. */
const UNTIMED: readonly Scenario[] = [
  ...testbedChecks.filter(({ name }) => !name.includes('maps a port')),
  ...restarts.filter(({ wanted }) => wanted === 'paired'),
  ...secrecy,
]
/** The quick rows that have the machine to themselves, as far as it is the lab's. */
const TIMED: readonly Scenario[] = [
  ...restarts.filter((row) => !UNTIMED.includes(row)),
  ...homes.filter(({ name }) => /invite code|address-restricted|UPnP/.test(name)),
]

/** Times are not tested here, since the machine runs other tests meanwhile; `npm run lab` measures them. */
const SLACK = 4
/** For what hangs. */
const TEST_MS_MAX = 900_000

for (const scenario of [...UNTIMED, ...TIMED]) {
  const lacking = missing ?? missingForRow(scenario.needs)
  if (missing === undefined && lacking !== undefined)
    process.stdout.write(`lab: SKIPPED a row, ${lacking}.\n`)
  const concurrent = UNTIMED.includes(scenario)
  const options = { concurrent, skip: lacking !== undefined, timeout: TEST_MS_MAX }
  test(`[LAB1] ${scenario.name}: ${scenario.wanted}`, options, async () => {
    const row = await playScenario(scenario, { seed: 1, slack: SLACK })
    expect(row?.outcome.met, row?.outcome.measured).toBe(true)
  })
}

/** Names of the network namespaces of this machine. */
const namespaces = async () =>
  (await run('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ')[0])

test.skipIf(missing !== undefined)('[LAB2] all that a lab made is gone when it is closed', async () => {
  const testbed = await openTestbed()
  const room = await testbed.open('room')
  const { name } = room
  const sleeper = room.spawn('sleep', ['1000'], { stdio: 'ignore' })
  const ended = once(sleeper, 'exit')
  expect(await namespaces()).toContain(name)
  await testbed.close()
  await ended
  expect(await namespaces()).not.toContain(name)
  expect(await readdir(tmpdir())).not.toContain(testbed.folder.split('/').at(-1))
})

test.skipIf(missing !== undefined)(
  '[LAB2] what a lab that was killed has left goes with the next, and what is in use stays',
  async () => {
    const program = [
      `const { openTestbed } = await import(${JSON.stringify(join(import.meta.dirname, 'testbed.ts'))})`,
      `console.log((await (await openTestbed()).open('room')).name)`,
      'setInterval(() => undefined, 1000)',
    ]
    const child = spawn(process.execPath, ['--input-type=module', '-e', program.join('\n')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const left = line.toString().trim()
    const mine = await openTestbed()
    const { name } = await mine.open('room')
    expect(await namespaces()).toEqual(expect.arrayContaining([left, name]))
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await openTestbed()).close()
    expect(await namespaces()).toContain(name)
    expect(await namespaces()).not.toContain(left)
    await mine.close()
  },
)

test.skipIf(missing !== undefined)('[LAB2] a lab that is told to stop leaves nothing', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'no trouble'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const own = async () => (await namespaces()).filter((name) => name?.startsWith(`mwlab-${child.pid}-`))
  await expect.poll(own).not.toEqual([])
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  const [code] = (await ended) as [number | null]
  expect({ code, said }).toEqual({ code: 130, said: '' })
  expect(await own()).toEqual([])
})

test('[LAB3] a machine that cannot have a lab is told why', () => {
  const find = (program: string) => `/usr/sbin/${program}`
  expect(missingForLab({ platform: 'linux', userId: 0, find })).toBeUndefined()
  expect(missingForLab({ platform: 'darwin', userId: 0, find })).toContain('Linux')
  expect(missingForLab({ platform: 'linux', userId: 1_000, find })).toContain('root')
  const bare = missingForLab({ platform: 'linux', userId: 0, find: () => undefined })
  expect(bare).toBe('it needs ip (package iproute2) and nft (package nftables)')
  expect(missingForRow('tcpdump', { platform: 'linux', userId: 0, find: () => undefined })).toBe(
    'it needs tcpdump (package tcpdump)',
  )
  expect(missingForRow('tcpdump', { platform: 'linux', userId: 0, find })).toBeUndefined()
})

test('[LAB3] a row fails a run when it is missed, unless the program is known to lack something', () => {
  const row = (met: boolean, lacks?: string) => ({
    name: 'a row',
    wanted: 'much',
    ...(lacks === undefined ? {} : { lacks }),
    outcome: { met, measured: 'little', figures: {} },
    took_s: 1,
    load: 1,
  })
  expect(hasFailed(row(true))).toBe(false)
  expect(hasFailed(row(false))).toBe(true)
  expect(hasFailed(row(false, 'a relay'))).toBe(false)
  expect(tableRow(row(false, 'a relay'))).toContain('missed: lacks a relay')
  expect(tableRow(row(true, 'a relay'))).toContain('take the mark away')
})

test('[LAB4] a capture is searched through, also where two pieces of the file meet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-search-'))
  const path = join(folder, 'heard')
  const bytes = Buffer.alloc((1 << 20) + 100)
  bytes.write('secret', (1 << 20) - 3)
  await writeFile(path, bytes)
  const needle = (name: string) => ({ name, bytes: Buffer.from(name) })
  expect(await search(path, [needle('secret'), needle('other')])).toEqual({
    found: ['secret'],
    bytes: bytes.byteLength,
  })
  await rm(folder, { recursive: true })
})
