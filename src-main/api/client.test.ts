import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FaultError } from '../protocol/fault.ts'
import { connectFolder } from './client.ts'
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
  expect(await lineOf(connectFolder(folder))).toMatch(/^unreachable: [^\n]+$/)
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
