import {
  appendFile,
  chmod,
  constants,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import wabt from 'wabt'
import { z } from 'zod'
import type { Person } from '#contract'
import type { LentChange, OwnReach } from '#contract'
import { runMeshctl } from './meshctl.ts'
import { sampleScene } from '../assemble.ts'
import { giveMeasured } from '../measured.fixture.ts'
import { connectFolder, type ApiClient } from '../api/transport/client.ts'
import { readEndpoint } from '../api/transport/endpoint-file.ts'

/** One command line: its exit code and what it said. */
async function meshctl(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const terminal = {
    out: (text: string) => void (out += text),
    outBytes: (bytes: Uint8Array) => {
      out += Buffer.from(bytes).toString('latin1')
      return Promise.resolve()
    },
    err: (text: string) => void (err += text),
    columns: undefined,
  }
  const code = await runMeshctl(argv, terminal)
  return { code, out, err }
}

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'meshwork-cli-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a command line', () => {
  it.each([
    ['an unknown command', ['dance']],
    ['an unknown option', ['info', '--fast']],
    ['a missing argument', ['pair', '--trust', '1']],
    ['a missing option', ['pair', 'meshwork:x']],
    ['trust beyond 1', ['pair', 'meshwork:x', '--trust', '2']],
    ['a job id that is none', ['job-status', 'a b']],
    ['a scene that is not there', ['submit-render', 'none.glb']],
    ['no module', ['submit-job', '--input', 'a.txt']],
    ['a module that is not there', ['submit-job', '--wasm', 'none.wasm']],
    ['two kinds of input', ['submit-job', '--wasm', 'a.wasm', '--input', 'a', '--units', '3']],
    ['something to split that is not there', ['submit-job', '--wasm', 'a.wasm', '--split', 'lines:3']],
    ['a split that is none', ['submit-job', '--wasm', 'a.wasm', '--input', 'a', '--split', 'words:3']],
    ['a pattern that nothing fits', ['submit-job', '--wasm', 'a.wasm', '--inputs', '/nowhere/*.txt']],
    ['a limit that is none', ['limits', '--fuel', 'all']],
    ['a switch that is neither on nor off', ['network', '--relay', 'maybe']],
    ['no command at all', []],
  ])('with %s ends with code 2 and no stack trace', async (_, argv) => {
    const { code, out, err } = await meshctl(...argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toBe('')
    expect(err).not.toMatch(/\n\s+at /)
  })

  it('to a peer that does not run ends with code 1 and one line, and one JSON value with --json', async () => {
    const data = join(folder, 'nobody')
    const plain = await meshctl('info', '--data', data)
    expect(plain).toMatchObject({ code: 1, out: '' })
    expect(plain.err).toMatch(/^meshctl: no peer is running on [^\n]+\n$/)
    const json = await meshctl('info', '--data', data, '--json')
    expect(JSON.parse(json.out)).toMatchObject({ fault: { kind: 'unreachable' } })
  })

  it.each<[string[], RegExp]>([
    [['pair', '', '--trust', '1'], /'code'.+it is empty/],
    [['pair', 'x'.repeat(20_000), '--trust', '1'], /'code'.+at most 8000 characters/],
    [['start', '--name', ' '], /'--name <text>'.+it is empty/],
    [['start', '--name', 'x'.repeat(101)], /'--name <text>'.+at most 100 characters/],
    [['start', '--cores', 'NaN'], /'--cores <count>'.+from 0\.1 to 4,096/],
    [['invite', '--valid', '8d'], /'--valid <duration>'.+at most 7d/],
    [['invite', '--valid', '0s'], /'--valid <duration>'.+at least 1ms/],
    [['job-consensus', 'job-1', ''], /'unit'.+a whole number from 0/],
    [['job-status', ''], /'id'.+a job id/],
    [
      ['submit-job', '--wasm', 'a.wasm', '--description', 'x'.repeat(501)],
      /'--description <text>'.+500 characters/,
    ],
    [
      ['submit-job', '--wasm', 'a.wasm', '--arg', 'x'.repeat(1_025)],
      /--arg number 1: must have at most 1024/,
    ],
    [['run', 'a.wasm', '--env', `${'x'.repeat(1_025)}=1`], /--env x+: has a name that is not allowed/],
  ])('[Y17] %# names the option that is wrong and its bounds, in text and as JSON', async (argv, words) => {
    const { code, out, err } = await meshctl(...argv, '--json')
    expect(code).toBe(2)
    expect(err).toMatch(words)
    expect(err).not.toMatch(/expected|Too (?:big|small)|Invalid input/)
    expect(err.length).toBeLessThan(700)
    expect(JSON.parse(out)).toEqual({
      fault: { kind: 'bad-input', message: expect.stringMatching(words) as string },
    })
  })

  it('[Y17] says for every option with a value which unit or form it has', async () => {
    const { out } = await meshctl('--help')
    const names = [...out.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map(([, name]) => name ?? '')
    for (const name of names.filter((one) => one !== 'help')) {
      const help = (await meshctl(name, '--help')).out.replace(/\n {10,}/g, ' ')
      const options = [...help.matchAll(/^ +(--[a-z-]+ <[^>]+>) +(.+)$/gm)]
      for (const [, option, text] of options) {
        // A default or a form, an example, bounds, or that it may be repeated; files and CIDs need none.
        expect(`${option} ${text}`).toMatch(/default|such as|from |0 to 1|repeatable|: |file|<cid>|required/)
      }
    }
  })

  it('has help with an example for every command', async () => {
    const { code, out } = await meshctl('--help')
    expect(code).toBe(0)
    const commands = [...out.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map(([, name]) => name ?? '')
    const names = commands.filter((name) => name !== 'help')
    expect(names.length).toBeGreaterThanOrEqual(15)
    for (const name of names) {
      const help = await meshctl(name, '--help')
      expect(help.out).toContain(`Example:\n  $ meshctl ${name}`)
    }
  })
})

describe('two peers in processes of their own', () => {
  const anna = () => join(folder, 'anna')
  const ben = () => join(folder, 'ben')
  const launcher = join(import.meta.dirname, 'meshctl.js')
  let client: ApiClient

  /** Runs the launcher as a user does. */
  const launch = (...argv: string[]) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = spawn(process.execPath, [launcher, ...argv])
      let [out, err] = ['', '']
      child.stdout.on('data', (text: Buffer) => (out += text.toString()))
      child.stderr.on('data', (text: Buffer) => (err += text.toString()))
      child.on('close', (code) => resolve({ code, out, err }))
    })

  const start = (data: string, name: string) =>
    launch('start', '--data', data, '--name', name, '--cores', '1', '--detach', '--json', ...LOCAL)

  const LOCAL = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--no-rules']

  beforeAll(async () => {
    await Promise.all([anna(), ben()].map(giveMeasured))
    const started = await Promise.all([start(anna(), 'anna'), start(ben(), 'ben')])
    for (const { code, out } of started) {
      expect(code).toBe(0)
      expect(z.object({ pid: z.int(), peer_id: z.string() }).safeParse(JSON.parse(out)).success).toBe(true)
    }
    client = await connectFolder(anna())
  })

  afterAll(async () => {
    client.close()
    // Only peers that the last test did not get to are still there.
    for (const data of [anna(), ben()]) {
      const endpoint = await readEndpoint(data)
      if (endpoint !== undefined) process.kill(endpoint.pid, 'SIGKILL')
    }
  })

  it('refuse a second start on their folder in one line', async () => {
    const { code, out, err } = await launch('start', '--data', anna(), ...LOCAL)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^meshctl: a peer is running on [^\n]+\n$/)
  })

  it('wait for a yes where the code asks for one, and hear a no', async () => {
    const invite = await meshctl('invite', '--confirm', '--data', anna())
    const waiting = await meshctl('pair', invite.out.trim(), '--trust', '0.9', '--data', ben(), '--json')
    expect(JSON.parse(waiting.out)).toMatchObject({ state: 'waiting' })
    expect((await meshctl('requests', '--data', anna())).out).toMatch(/waits for you +ben/)
    expect(await meshctl('decline', 'ben', '--data', anna())).toMatchObject({ code: 0 })
    await expect
      .poll(async () => (await meshctl('requests', '--data', ben())).out)
      .toBe('nobody waits for an answer\n')
    expect(await meshctl('accept', 'ben', '--data', anna())).toMatchObject({ code: 1 })
  })

  it('pair by an invite, and know each other by name', async () => {
    const invite = await meshctl('invite', '--trust', '0.8', '--data', anna())
    const paired = await meshctl('pair', invite.out.trim(), '--trust', '0.9', '--data', ben())
    expect(paired).toMatchObject({ code: 0, err: '' })
    await expect
      .poll(async () => client.calls.people.list())
      .toMatchObject([{ name: 'ben', trust_mine: 0.8, trust_theirs: 0.9, tier: 1, connected: true }])
    const again = await meshctl('pair', invite.out.trim(), '--trust', '0.9', '--data', ben(), '--json')
    // Who opened an invite may show it again: nothing changes by it.
    expect(again.code).toBe(0)
    expect(await client.calls.people.list()).toMatchObject([{ name: 'ben', trust_mine: 0.8 }])
    const own = await meshctl('pair', invite.out.trim(), '--trust', '0.9', '--data', anna(), '--json')
    expect(own.code).toBe(2)
    expect(JSON.parse(own.out)).toMatchObject({ fault: { kind: 'bad-input' } })
    expect(await meshctl('set-trust', 'ben', '0.7', '--data', anna())).toMatchObject({ code: 0 })
    expect((await client.calls.people.list())[0]?.trust_mine).toBe(0.7)
  })

  it('are checked by doctor, which finds a folder that others can open', async () => {
    const well = await meshctl('doctor', '--data', anna())
    expect(well).toMatchObject({ code: 0, err: '' })
    expect(well.out).toMatch(/^fine +people +1 of 1 are connected$/m)
    expect(well.out).toMatch(/^(?:fine|weak) +wall +\S/m)
    expect(well.out).toMatch(/^fine +from outside +others get in from the same network \(ben: got through\)/m)
    await chmod(anna(), 0o755)
    const open = await meshctl('doctor', '--data', anna(), '--json')
    await chmod(anna(), 0o700)
    expect(open.code).toBe(process.platform === 'win32' ? 0 : 1)
    expect(JSON.parse(open.out)).toContainEqual(expect.objectContaining({ what: 'folder', verdict: 'wrong' }))
  })

  it('[H14] are looked at by doctor network alone, and listed with how they are connected', async () => {
    const { code, out } = await meshctl('doctor', 'network', '--data', anna(), '--json')
    expect(code).toBe(0)
    const findings = z.array(z.object({ what: z.string(), verdict: z.string() })).parse(JSON.parse(out))
    expect(findings.map(({ what }) => what)).toEqual([
      'port',
      'addresses',
      'ipv6',
      'from outside',
      'router',
      'relays',
      'relaying',
      'clock',
      'nearby',
    ])
    expect((await meshctl('doctor', 'disk', '--data', anna())).code).not.toBe(0)
    const listed = await meshctl('list-peers', '--data', anna())
    expect(listed.out).toMatch(/ben .*direct \(this machine\)/)
    const json = await meshctl('list-peers', '--data', anna(), '--json')
    expect(JSON.parse(json.out)).toMatchObject([{ reach: { state: 'direct', over: 'machine' } }])
  })

  it('[H27] show how they are reached, and are told what they may do about it', async () => {
    const network = async (...argv: string[]) => {
      const { code, out, err } = await meshctl('network', ...argv, '--json', '--data', ben())
      expect({ code, err }).toEqual({ code: 0, err: '' })
      return JSON.parse(out) as OwnReach
    }
    expect(await network()).toMatchObject({
      relaying: { choice: 'auto', is_on: false, lines: 0 },
      port_mapping: { allowed: true },
      join_through: [],
    })
    const [address = ''] = (await client.calls.node.info()).addresses
    const changed = await network('--relay', 'on', '--map-port', 'off', '--join', address)
    expect(changed).toMatchObject({
      relaying: { choice: 'on', is_on: true },
      port_mapping: { state: 'off', allowed: false },
      join_through: [address],
    })
    // A setting that is not named stays, and an address that is listed already is listed once.
    expect((await network('--join', address)).join_through).toEqual([address])
    const { out } = await meshctl('network', '--data', ben())
    expect(out).toMatch(/^relays +on: .+0 connections/m)
    expect(out).toMatch(/^router +not asked/m)
    expect(out).toContain(address)

    const noPeer = ['network', '--join', '/ip4/192.0.2.7/tcp/4001', '--relay', 'off', '--data', ben()]
    const refused = await meshctl(...noPeer)
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toMatch(/^meshctl: [^\n]+\/p2p\/12D3KooW[^\n]*\n$/)
    expect((await network()).relaying.choice).toBe('on')
    const unknown = await meshctl('network', '--leave', '/ip4/192.0.2.7/tcp/4001', '--data', ben())
    expect(unknown).toMatchObject({ code: 2, out: '' })
    expect(unknown.err).toMatch(/^meshctl: [^\n]+ is not in the list[^\n]*\n$/)

    expect(await network('--leave', address, '--relay', 'off', '--map-port', 'on')).toMatchObject({
      relaying: { choice: 'off', is_on: false },
      port_mapping: { allowed: true },
      join_through: [],
    })
  })

  it('[J4] do a job together, agree on every unit, and keep what each signed', async () => {
    const { job_id } = await client.calls.jobs.submit({
      kind: 'other',
      algorithm_id: 'mesh.noop',
      algorithm_version: '1.0.0',
      params: {},
      unit_count: 200,
      estimated_duration_seconds: 0.001,
      resources: { cpu_cores: 1, ram_gb: 0.05 },
      redundancy: 2,
    })
    const { code, out } = await meshctl('job-status', job_id, '--watch', '--data', anna(), '--json')
    expect(code).toBe(0)
    const status = z
      .object({ verified: z.int(), by_peer: z.array(z.object({ verified_units: z.int() })) })
      .parse(JSON.parse(out))
    expect(status.verified).toBe(200)
    expect(status.by_peer.map((share) => share.verified_units)).toEqual([200, 200])
    expect((await meshctl('list-jobs', '--data', anna())).out).toContain(job_id)
    const evidence = async (data: string) => (await meshctl('job-evidence', job_id, '--data', data)).out
    const [heading, ...batches] = (await evidence(anna())).trimEnd().split('\n')
    expect(heading).toMatch(/^record +when +signed by +signature +says$/)
    expect(new Set(batches.map((line) => /12D3KooW\w+/.exec(line)?.[0])).size).toBe(2)
    for (const line of batches) expect(line).toMatch(/ holds +\d+ receipts, by mesh\.noop@/)
    await expect
      .poll(() => evidence(ben()))
      .toMatch(/ holds +verdict about .+: 200 units verified, 0 rejected/)
    await expect
      .poll(async () => JSON.parse((await meshctl('list-peers', '--json', '--data', ben())).out) as Person[])
      .toMatchObject([{ name: 'anna', done_for_them: 200 }])
    expect(await meshctl('remove-job', job_id, '--data', anna())).toMatchObject({ code: 0 })
    const kept = (await meshctl('job-evidence', job_id, '--data', anna(), '--json')).out
    expect(JSON.parse(kept)).toHaveLength(batches.length)
    expect(await evidence(anna())).toContain('holds')
  })

  it('go on with a job whose command is interrupted, which says so, ends and leaves no file', async () => {
    const tools = await wabt()
    const loop = join(folder, 'loop.wasm')
    const text = '(module (memory (export "memory") 1) (func (export "_start") (loop br 0)))'
    await writeFile(loop, tools.parseWat('loop.wasm', text).toBinary({}).buffer)
    const limits = ['--fuel', '9e15', '--timeout', '1h', '--redundancy', '1']
    const child = spawn(process.execPath, [
      ...[
        launcher,
        'submit-job',
        '--wasm',
        loop,
        ...limits,
        '--out',
        join(folder, 'looped'),
        '--data',
        anna(),
      ],
    ])
    let err = ''
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const running = async () =>
      (await client.calls.jobs.list()).filter(({ state }) => state.kind === 'running')
    await expect.poll(async () => (await running()).length).toBe(1)
    const [job] = await running()
    const job_id = job?.job_id ?? ''
    // The command hears of its job a little later than the others; it answers the same to both.
    child.kill('SIGINT')
    expect(await ended).toBe(1)
    expect(err).toMatch(/^meshctl: (?:\S+ goes on: .+ meshctl cancel-job \S+|interrupted while .+)\n$/)
    expect((await readdir(folder)).filter((name) => name.startsWith('looped'))).toEqual([])
    expect(await running()).toHaveLength(1)
    expect(await meshctl('cancel-job', job_id, '--data', anna())).toMatchObject({ code: 0 })
  })

  it('render a scene and save the picture', async () => {
    const scene = join(folder, 'knot.glb')
    const picture = join(folder, 'knot.png')
    await writeFile(scene, await sampleScene())
    const size = ['--width', '48', '--height', '48', '--spp', '2', '--tile', '24', '--bounces', '2']
    const { code, out, err } = await meshctl(
      ...['submit-render', scene, ...size, '--out', picture, '--json', '--data', anna()],
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { job_id, result, verified } = z
      .object({ job_id: z.string(), verified: z.int(), result: z.object({ sha256: z.string() }) })
      .parse(JSON.parse(out))
    expect(verified).toBe(4)
    const png = await readFile(picture)
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
    expect(result.sha256).toMatch(/^[0-9a-f]{64}$/)
    const other = await meshctl('job-result', job_id, '--out', join(folder, 'a.jpg'), '--data', anna())
    expect(other).toMatchObject({ code: 2, out: '' })
    expect(other.err).toMatch(/a\.jpg should end in \.png or \.exr\n$/)
  })

  it.skipIf(process.platform === 'win32')('[Y7] keep all that they write to themselves', async () => {
    for (const data of [anna(), ben()]) {
      const names = ['.', ...(await readdir(data, { recursive: true }))]
      const modes = await Promise.all(
        names.map(async (name) => ({ name, mode: (await stat(join(data, name))).mode & 0o077 })),
      )
      expect(modes.length).toBeGreaterThan(8)
      expect(modes.filter(({ mode }) => mode !== 0)).toEqual([])
    }
  })

  it('say in one line what is wrong with a scene', async () => {
    const scene = join(folder, 'broken.glb')
    await writeFile(scene, 'this is not a scene')
    const { code, out, err } = await meshctl('submit-render', scene, '--data', anna())
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^meshctl: [^\n]+\n$/)
  })

  it('show what they lend to modules, and change what is named', async () => {
    const before = JSON.parse((await meshctl('limits', '--data', ben(), '--json')).out) as LentChange
    const { code, out } = await meshctl(
      'limits',
      '--fuel',
      '2e12',
      '--timeout',
      '5m',
      '--data',
      ben(),
      '--json',
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ ...before, fuel: 2e12, wall_ms: 300_000 })
    const shown = (await meshctl('limits', '--data', ben())).out
    expect(shown).toMatch(/^fuel +2,000,000,000,000 units$/m)
    expect(shown).toMatch(/^memory +1024 MiB \(default, for modules\)$/m)
    const reset = await meshctl('limits', '--reset', '--data', ben(), '--json')
    expect(JSON.parse(reset.out)).toEqual(before)
  })

  it('are one on a folder where two start at once, and only the command that started it says so', async () => {
    const data = join(folder, 'clara')
    const started = await Promise.all([start(data, 'clara'), start(data, 'carla')])
    const endpoint = await readEndpoint(data)
    const winners = started.filter(({ code }) => code === 0)
    expect(winners.map(({ out }) => JSON.parse(out) as unknown)).toMatchObject([{ pid: endpoint?.pid }])
    expect(await meshctl('stop', '--data', data)).toMatchObject({ code: 0 })
  })

  it.runIf(process.platform === 'linux')(
    'append to their log, so that a refused start loses no line',
    async () => {
      const { pid } = (await readEndpoint(ben())) ?? {}
      const flags = /^flags:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/fdinfo/2`, 'utf8'))?.[1]
      expect(Number.parseInt(flags ?? '0', 8) & constants.O_APPEND).toBe(constants.O_APPEND)
    },
  )

  it('start with a link in the background; without an interface they run, and say how to build it', async () => {
    const data = join(folder, 'dora')
    vi.stubEnv('SSH_CONNECTION', 'from elsewhere, so that no browser opens')
    const { code, out, err } = await meshctl('start', '--ui', '--detach', '--data', data, ...LOCAL)
    vi.unstubAllEnvs()
    const { pid } = (await readEndpoint(data)) ?? {}
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringContaining(`is running (process ${pid})\n`) as string,
    })
    expect(out + err).toMatch(
      /\n(open it in a browser: http:.+|meshctl: .+ not built; .+npm run build:ui)\n$/,
    )
    expect(await meshctl('stop', '--data', data)).toMatchObject({ code: 0 })
  })

  it('refuse a second start in the background, and go on with their log', async () => {
    const log = join(anna(), 'daemon.log')
    await appendFile(log, 'meshwork: what it said before\n')
    const { code, err } = await meshctl('start', '--detach', '--data', anna())
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^meshctl: .*already.*\n$/) as string,
    })
    expect(await readFile(log, 'utf8')).toMatch(/^meshwork: what it said before\n/)
    await writeFile(log, '')
  })

  it('stop when they are asked to or sent SIGTERM, and leave nothing running', async () => {
    const endpoints = await Promise.all([readEndpoint(anna()), readEndpoint(ben())])
    const pids = endpoints.flatMap((endpoint) => (endpoint === undefined ? [] : [endpoint.pid]))
    expect(pids).toHaveLength(2)
    expect(await meshctl('stop', '--data', anna())).toMatchObject({ code: 0, err: '' })
    process.kill(pids[1]!, 'SIGTERM')
    await expect.poll(() => pids.filter(isRunning)).toEqual([])
    expect(await Promise.all([readEndpoint(anna()), readEndpoint(ben())])).toEqual([undefined, undefined])
    for (const data of [anna(), ben()]) expect(await readFile(join(data, 'daemon.log'), 'utf8')).toBe('')
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
