import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { FaultError, faultOf } from '../../protocol/fault.ts'
import { connectApi, connectFolder, useClient } from './client.ts'
import { readEndpoint, removeEndpoint, writeEndpoint } from './endpoint-file.ts'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'meshwork-client-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const lineOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'connected',
    (error: unknown) => (error instanceof FaultError ? `${error.fault.kind}: ${error.message}` : 'no fault'),
  )

it('a folder where no peer runs is a fault that says how to start one', async () => {
  expect(await lineOf(connectFolder(folder))).toMatch(/^unreachable: .*meshctl start/)
})

it('an endpoint that a killed peer has left behind is a fault in one line', async () => {
  await writeEndpoint(folder, { url: 'ws://127.0.0.1:1/api', token: 'x', pid: 1 })
  expect(await lineOf(connectFolder(folder))).toMatch(
    /^unreachable: no peer is running on [^\n]+ any more \(process 1 has ended\)[^\n]+$/,
  )
})

it('a folder in the place of the endpoint file is a fault in plain words, and leaves no draft', async () => {
  await mkdir(join(folder, 'api.json'))
  const written = writeEndpoint(folder, { url: 'ws://127.0.0.1:1/api', token: 'x', pid: 1 })
  await expect(written).rejects.toThrow(/api\.json cannot be written: it is a folder$/)
  expect(await readdir(folder)).toEqual(['api.json'])
})

it('[Y16] a call waits as long as its peer is there, and no longer than that', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'mute-peer.fixture.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value)
  try {
    const url = `ws://127.0.0.1:${await next()}/api`
    const client = await connectApi({ url, token: 'x', pid: child.pid ?? 0 }, { askEveryMs: 20 })
    const left = () => 'job-1 is kept'
    const call = useClient(client, (calls) => calls.node.info(), undefined, left)
    let state = 'waits'
    const ended = call.catch((error: unknown) => faultOf(error, 'internal')).finally(() => (state = 'ended'))
    for (let asked = 0; asked < 20; asked++) expect(await next()).toBe('asked')
    expect(state).toBe('waits')
    child.kill('SIGSTOP')
    expect(await ended).toEqual({
      kind: 'unreachable',
      message: `the peer (process ${child.pid}) does not answer: it is stopped, or far too busy; job-1 is kept`,
    })
  } finally {
    child.kill('SIGKILL')
  }
})

it('[Y16] a peer is given up when it has answered none of four questions, however long one of them waited', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false })
  try {
    await once(server, 'listening')
    let asked = 0
    server.on('connection', (socket) =>
      socket.on('ping', () => {
        asked += 1
        // The process is stopped just after its first answer, and for four questions but one.
        if (asked === 1 || asked === 5) socket.pong()
      }),
    )
    const { port } = server.address() as AddressInfo
    const client = await connectApi({ url: `ws://127.0.0.1:${port}/api`, token: 'x' }, { askEveryMs: 200 })
    await client.closed
    expect(client.lost()).toMatchObject({ kind: 'unreachable' })
    expect(asked).toBe(9)
  } finally {
    server.close()
  }
})

it('an endpoint that points anywhere but to this machine is not followed', async () => {
  const endpoint = { url: 'ws://evil.example:80/api', token: 'x', pid: 1 }
  await writeFile(join(folder, 'api.json'), JSON.stringify(endpoint))
  expect(await readEndpoint(folder)).toBeUndefined()
})

it('a peer that stops late does not remove the endpoint of the next one', async () => {
  const mine = { url: 'ws://127.0.0.1:1/api', token: 'mine', pid: 1 }
  const next = { url: 'ws://127.0.0.1:2/api', token: 'next', pid: 2 }
  await writeEndpoint(folder, next)
  await removeEndpoint(folder, mine)
  expect(await readEndpoint(folder)).toEqual(next)
  await removeEndpoint(folder, next)
  expect(await readEndpoint(folder)).toBeUndefined()
})
