import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from '../protocol/canonical.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Standing, Transport } from '../ports/transport.ts'
import { localPeer } from './local-mesh.ts'
import { REACH } from './reachability.ts'

const soon = () => ({ signal: AbortSignal.timeout(60_000) })
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A peer of an internet that is 127.0.0.1; with `answer` it is one that lies. */
async function start(
  options: {
    readonly listen?: readonly string[]
    readonly standingOf?: (peer: PeerId) => Standing
    readonly isOutside?: (host: string) => boolean
    readonly answer?: (request: Uint8Array) => Uint8Array
  } = {},
): Promise<Transport> {
  const { answer, ...given } = options
  const { transport } = localPeer({ isOutside: () => true, ...given })
  if (answer !== undefined) transport.handle(REACH, (_from, request) => Promise.resolve(answer(request)))
  await transport.start()
  stops.push(() => transport.stop())
  return transport
}
const closedPort = (): string => '/ip4/127.0.0.1/tcp/20001'

it('[H25] whom a contact reaches from outside is known to be reached, and so is who asks to be tried', async () => {
  const [ann, bob] = [await start(), await start()]
  expect(ann.reachability()).toEqual({ state: 'unknown' })
  await ann.connect(bob.peer, bob.addresses(), soon())
  await until(() => bob.reachability().state === 'public' && ann.reachability().state === 'public')
  expect(ann.reachability()).toMatchObject({ families: ['ip4'] })
})

it('[H25] whom a contact cannot reach is private, until the network changes', async () => {
  const [ann, bob] = [await start({ listen: [] }), await start()]
  ann.announce([closedPort()])
  await ann.connect(bob.peer, bob.addresses(), soon())
  await until(() => ann.reachability().state === 'private')
  await ann.disconnect(bob.peer)
  ann.networkChanged()
  expect(ann.reachability()).toEqual({ state: 'unknown' })
})

it('[H25] a contact in the same home says nothing about outside', async () => {
  const isOutside = () => false
  const [ann, bob] = [await start({ isOutside }), await start({ isOutside })]
  await ann.connect(bob.peer, bob.addresses(), soon())
  const question = encodeCanonical({ ports: [20_001] })
  const answer = await ann.request(bob.peer, REACH, question, soon())
  expect(decodeCanonical(answer, z.unknown(), 256)).toEqual({ ok: true, value: { seen: '127.0.0.1' } })
  expect([ann.reachability().state, bob.reachability().state]).toEqual(['unknown', 'unknown'])
})

it('[H25] the word of a contact that never came does not count', async () => {
  let asked = 0
  const liar = await start({
    answer: () => {
      asked += 1
      return encodeCanonical({ seen: '25.0.0.1', reached: true })
    },
  })
  const ann = await start({ listen: [] })
  ann.announce([closedPort()])
  await ann.connect(liar.peer, liar.addresses(), soon())
  await until(() => asked > 0)
  await ann.request(liar.peer, REACH, encodeCanonical({ ports: [20_001] }), soon())
  expect(ann.reachability()).toEqual({ state: 'unknown' })
})

it('[H25] strangers are tried by nobody, and a contact not as often as it likes', async () => {
  const [ann, bob] = [await start(), await start()]
  const question = encodeCanonical({ ports: [20_001] })
  await ann.connect(bob.peer, bob.addresses(), soon())
  // It was asked at the connection already.
  await until(() => ann.reachability().state === 'public')
  await expect(ann.request(bob.peer, REACH, question, soon())).rejects.toMatchObject({
    fault: { kind: 'too-busy' },
  })
  const careful = await start({ standingOf: () => 'stranger' })
  await ann.connect(careful.peer, careful.addresses(), soon())
  await expect(ann.request(careful.peer, REACH, question, soon())).rejects.toMatchObject({
    fault: { kind: 'not-trusted' },
  })
  await expect(ann.request(bob.peer, REACH, encodeCanonical({ ports: [22] }), soon())).rejects.toMatchObject({
    fault: { kind: 'malformed' },
  })
})
