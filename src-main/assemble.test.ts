import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { assemblePeer } from './assemble.ts'
import { friendlyName, readNameFacts } from './hardware/pc-name.ts'
import { shortNameOf } from './network/identity/peer-name.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-assemble-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('a new PC is named after its owner or model until its user names it, and not after its host', async () => {
  const peer = await assemblePeer({
    ...{ folder, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, bootstrap: [], share: 'nothing' as const },
    fatal: () => undefined,
    warn: () => undefined,
    report: () => undefined,
  })
  const { me, name } = peer.runtime.state
  await peer.stop()
  expect(name).toBe(friendlyName(await readNameFacts(), shortNameOf(me)))
})
