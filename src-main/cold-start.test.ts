import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Modules that a peer does not need to answer calls: they are loaded when a call first needs them. */
const NOT_AT_START = [
  '@jsquash/webp',
  '@gltf-transform',
  'commander',
  'draco3dgltf',
  'electron',
  'electron-updater',
  'fast-png',
  'jpeg-js',
  'meshoptimizer',
  'open',
  'piscina',
  'systeminformation',
]
const RECORDER = join(import.meta.dirname, 'start-record.fixture.ts')

let folder: string
/** All that a second start on a data folder does until the peer is ready, in order. */
let events: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-cold-'))
  // A wall that may not be made, on every machine.
  const bwrap = join(folder, 'bwrap')
  await writeFile(bwrap, '#!/bin/sh\nexit 1\n')
  await chmod(bwrap, 0o755)
  await startOnce()
  events = await startOnce()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Starts a daemon, waits until it has answered and measured its machine, and ends it. */
async function startOnce(): Promise<readonly string[]> {
  const record = join(folder, 'record')
  const data = join(folder, 'data')
  const flags = ['--data', data, '--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--json']
  const daemon = spawn(
    process.execPath,
    ['--import', RECORDER, join(import.meta.dirname, 'headless.ts'), ...flags],
    {
      env: {
        ...process.env,
        PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
        MESHWORK_START_RECORD: record,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise((resolve) => daemon.once('exit', resolve))
  const ready = new Promise((resolve) => daemon.stdout.once('data', resolve))
  try {
    await Promise.race([ready, ended])
    // The first start looks at the hardware, and later ones remember.
    while (daemon.exitCode === null && !existsSync(join(data, 'hardware.json'))) await setTimeout(20)
  } finally {
    daemon.kill('SIGTERM')
    await ended
  }
  return (await readFile(record, 'utf8')).split('\n')
}

describe('a peer that starts', () => {
  test('loads nothing that it needs for its first answer', () => {
    const languages = events.filter((event) => /zod\/v4\/locales\/(?!en\.js)/.test(event))
    expect(languages).toEqual([])
    const packages = events.map((event) => /node_modules\/(@[^/]+|[^/]+)\//.exec(event)?.[1])
    expect(NOT_AT_START.filter((name) => packages.includes(name))).toEqual([])
    expect(events.filter((event) => /src-main\/(cli|shell|sim)\//.test(event))).toEqual([])
    const libraries = events.filter((event) => event.includes('src-main/compute/libraries/'))
    expect(libraries.filter((event) => !event.endsWith('/algorithms.ts'))).toEqual([])
  })

  test('does not build the parts of Node that it does not use', () => {
    expect(events).toContain('builtin NativeModule http')
    expect(events.filter((event) => event.includes('undici'))).toEqual([])
  })

  test.skipIf(process.platform !== 'linux')(
    'tries the wall of the system first of all, and probes no hardware before it is ready',
    () => {
      // The readings for the rules that pause sharing begin by the clock: on a busy machine, before the peer is ready.
      const readings = ['busctl', 'loginctl', 'xprop', 'xprintidle', 'xssstate'].map(
        (tool) => `spawn ${tool}`,
      )
      const spawned = events.filter((event) => event.startsWith('spawn ') && !readings.includes(event))
      expect(spawned).toEqual([`spawn ${join(folder, 'bwrap')}`])
      const host = events.findIndex((event) => event.endsWith('src-main/hosted-peer.ts'))
      expect(events.indexOf(spawned[0] ?? '')).toBeLessThan(host)
    },
  )
})
