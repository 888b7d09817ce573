import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomesOf } from '../../ports/runner.contract.ts'
import { clock } from '../clock.fixture.ts'
import { createRunner } from '../runner.ts'
import { findWall, tryWall, walledCommand, type Wall } from './wall.ts'

const here = await findWall()
const why = here.kind === 'none' ? ` (none here: ${here.why})` : ''
const NONE: Wall = { kind: 'none', why: 'for comparison' }
/** A library may read the files that it was given, and write where its outputs go. */
const MAY = ['readBlob', 'writeStaging']

let folder: string
let server: Server
let port: number
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-wall-'))
  await Promise.all(['blobs', 'staging', 'home'].map((name) => mkdir(join(folder, name))))
  await writeFile(join(folder, 'home', 'peer.key'), 'a secret')
  await writeFile(join(folder, 'blobs', 'blob'), 'a blob')
  server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as { port: number }).port
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

describe('JavaScript in a compute host', () => {
  it.each([
    { name: 'without a wall', wall: NONE },
    { name: `behind this machine’s wall${why}`, wall: here },
  ])('[X12] [X19] reaches its inputs and its outputs’ folder, and nothing else, $name', async ({ wall }) => {
    const runner = createRunner({
      clock,
      stagingFolder: join(folder, 'staging'),
      blobFolder: join(folder, 'blobs'),
      workers: 1,
      registry: new URL('../hostile.fixture.ts', import.meta.url),
      wall,
    })
    await runner.start()
    const secret = join(folder, 'home', 'peer.key')
    const outcomes = await outcomesOf(runner, [
      {
        id: 'reach',
        algorithmId: 'test.reach',
        algorithmVersion: '1.0.0',
        params: { blob: join(folder, 'blobs', 'blob'), secret, port, peerPid: process.pid },
        inputs: {},
        limits: { wallMsMax: 60_000, memoryBytesMax: 2 ** 30, outputBytesMax: 0 },
      },
    ])
    await runner.stop()
    const outcome = outcomes.get('reach')
    if (outcome?.kind !== 'done') throw new Error(JSON.stringify(outcome))
    const attempts = Object.entries(outcome.info as Record<string, string>)
    expect(attempts.length).toBeGreaterThan(40)
    expect(attempts.filter(([, how]) => how === 'allowed').map(([name]) => name)).toEqual(MAY)
    expect(await readFile(join(folder, 'blobs', 'blob'), 'utf8')).toBe('a blob')
  })
})

describe('machine code in a compute host', () => {
  /** An attacker who broke out of V8: this Node has no permission model, and nothing was taken from it. */
  const BROKEN_OUT = `
    const fs = require('node:fs'), net = require('node:net'), path = require('node:path')
    const [folder, port, pid] = process.argv.slice(1)
    const tried = (attempt) => { try { attempt(); return true } catch { return false } }
    const said = {
      readBlob: tried(() => fs.readFileSync(path.join(folder, 'blobs', 'blob'))),
      writeStaging: tried(() => fs.writeFileSync(path.join(folder, 'staging', 'mark'), '')),
      writeBlob: tried(() => fs.writeFileSync(path.join(folder, 'blobs', 'blob'), 'x')),
      readKey: tried(() => fs.readFileSync(path.join(folder, 'home', 'peer.key'))),
      readPasswords: tried(() => fs.readFileSync('/etc/passwd')),
      listHome: tried(() => fs.readdirSync('/home')) || tried(() => fs.readdirSync('/root')),
      writeTemporary: tried(() => fs.writeFileSync(path.join(folder, 'mark'), '')),
      seePeer: tried(() => process.kill(Number(pid), 0)),
      otherProcesses: fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length > 3,
      startPrivileged: /^CapEff:\\s+0*[1-9a-f]/m.test(fs.readFileSync('/proc/self/status', 'utf8')),
      interfaces: Object.keys(require('node:os').networkInterfaces()).some((name) => name !== 'lo'),
      fillMemory: tried(() => fs.writeFileSync('/dev/shm/mark', '')),
      connect: false,
    }
    const done = () => { console.log(JSON.stringify(said)); process.exit() }
    const socket = net.connect(Number(port), '127.0.0.1')
    socket.on('connect', () => { said.connect = true; done() })
    socket.on('error', done)
  `

  function breakOut(wall: Wall): Record<string, boolean> {
    const folders = { readable: [join(folder, 'blobs')], writable: join(folder, 'staging') }
    const { file, leading } = walledCommand(wall, process.execPath, folders)
    const parameters = ['-e', BROKEN_OUT, folder, String(port), String(process.pid)]
    const ended = spawnSync(file, [...leading, ...parameters], {
      encoding: 'utf8',
      env: {},
      timeout: 120_000,
    })
    return JSON.parse(ended.stdout) as Record<string, boolean>
  }

  it.skipIf(here.kind === 'none')(
    `[X19] finds no network, process, home or key behind the wall${why}`,
    () => {
      const said = breakOut(here)
      expect(Object.keys(said).filter((name) => said[name])).toEqual(MAY)
      // Without one it is the user's account: the attempts are real ones.
      const free = breakOut(NONE)
      expect(free).toMatchObject({ readKey: true, readPasswords: true, writeBlob: true, seePeer: true })
    },
  )
})

describe('looking for a wall', () => {
  it('says why there is none: another system, nothing installed, not allowed', async () => {
    expect(await tryWall('/usr/bin', 'darwin')).toMatchObject({ kind: 'none' })
    expect(await tryWall(join(folder, 'home'), 'linux')).toEqual({
      kind: 'none',
      why: 'bubblewrap is not installed',
    })
    const fake = join(folder, 'home', 'bwrap')
    await writeFile(fake, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n')
    await chmod(fake, 0o755)
    expect(await tryWall(join(folder, 'home'), 'linux')).toEqual({
      kind: 'none',
      why: 'bubblewrap may not: bwrap: No permissions to create new namespace',
    })
  })
})
