import { afterEach, describe, expect, it } from 'vitest'
import {
  createMemoryNetwork,
  honest,
  newHome,
  startPeer,
  until,
  type MemoryNetwork,
  type TestHome,
  type TestPeer,
} from '../mesh.fixture.ts'

const running: TestPeer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

async function start(network: MemoryNetwork, home: TestHome, name: string): Promise<TestPeer> {
  const peer = await startPeer(network, home, honest, { name })
  running.push(peer)
  return peer
}

async function two() {
  const network = createMemoryNetwork()
  const [inviting, joining] = [await newHome(), await newHome()]
  const inviter = await start(network, inviting, 'Inviter')
  const joiner = await start(network, joining, 'Joiner')
  return { network, inviting, joining, inviter, joiner }
}

const soon = () => AbortSignal.timeout(120_000)

/** Lets the joiner use a code of the inviter's that asks for a yes. */
async function ask(inviter: TestPeer, joiner: TestPeer): Promise<void> {
  const invite = await inviter.runtime.invite(0.5, 60_000, { confirm: true })
  expect(await joiner.runtime.pair(invite, 0.7, soon())).toEqual({ state: 'waiting', peer: inviter.peer })
}

const accept = ({ runtime }: TestPeer, peer: TestPeer['peer'], trust: number) =>
  runtime.dispatch({ kind: 'pair-accepted', at_ms: Date.now(), peer, trust })

describe('pairing with a yes', () => {
  it('[T4] pairs both as soon as the inviter accepts, each with the trust of its own user', async () => {
    const { inviter, joiner } = await two()
    await ask(inviter, joiner)
    expect(inviter.runtime.state.pairing.incomingPairs.get(joiner.peer)?.name).toBe('Joiner')
    expect(joiner.runtime.state.pairing.contacts.size).toBe(0)
    await accept(inviter, joiner.peer, 0.9)
    await until(() => joiner.runtime.state.pairing.contacts.has(inviter.peer))
    expect(joiner.runtime.state.pairing.contacts.get(inviter.peer)).toMatchObject({
      name: 'Inviter',
      trust: 0.7,
    })
    expect(inviter.runtime.state.pairing.contacts.get(joiner.peer)).toMatchObject({
      name: 'Joiner',
      trust: 0.9,
    })
    expect(joiner.runtime.state.pairing.outgoingPairs.size).toBe(0)
    // Both hear what the other publishes from then on.
    await until(() => joiner.runtime.state.view.commitments.has(inviter.peer))
    await until(() => inviter.runtime.state.view.commitments.has(joiner.peer))
  })

  it('[T4] survives restarts of both sides, and an answer that was given while the other was away', async () => {
    const { inviting, joining, inviter, joiner } = await two()
    await ask(inviter, joiner)
    await joiner.crash()
    await accept(inviter, joiner.peer, 0.9)
    await inviter.crash()
    running.splice(0)
    const network = createMemoryNetwork()
    const again = await start(network, joining, 'Joiner')
    expect(again.runtime.state.pairing.outgoingPairs.has(inviter.peer)).toBe(true)
    const host = await start(network, inviting, 'Inviter')
    await until(() => again.runtime.state.pairing.contacts.has(host.peer))
    expect(again.runtime.state.pairing.contacts.get(host.peer)).toMatchObject({ name: 'Inviter', trust: 0.7 })
  })

  it('[T4] a declined request ends on the side that waits', async () => {
    const { inviter, joiner } = await two()
    await ask(inviter, joiner)
    await inviter.runtime.dispatch({
      kind: 'pair-ended',
      at_ms: Date.now(),
      peer: joiner.peer,
      direction: 'incoming',
      reason: 'declined',
    })
    await until(() => joiner.runtime.state.pairing.outgoingPairs.size === 0)
    expect(joiner.runtime.state.pairing.contacts.size + inviter.runtime.state.pairing.contacts.size).toBe(0)
  })

  it('[T4] a request that was given up ends on the side that was to answer', async () => {
    const { inviter, joiner } = await two()
    await ask(inviter, joiner)
    await joiner.runtime.dispatch({
      kind: 'pair-ended',
      at_ms: Date.now(),
      peer: inviter.peer,
      direction: 'outgoing',
      reason: 'given-up',
    })
    await until(() => inviter.runtime.state.pairing.incomingPairs.size === 0)
  })

  it('[T4] two users of each other’s codes have both said yes', async () => {
    const { inviter, joiner } = await two()
    const [theirs, ours] = [
      await inviter.runtime.invite(0.5, 60_000, { confirm: true }),
      await joiner.runtime.invite(0.6, 60_000, { confirm: true }),
    ]
    expect((await joiner.runtime.pair(theirs, 0.7, soon())).state).toBe('waiting')
    expect((await inviter.runtime.pair(ours, 0.9, soon())).state).toBe('paired')
    expect(inviter.runtime.state.pairing.contacts.get(joiner.peer)?.trust).toBe(0.9)
    expect(joiner.runtime.state.pairing.contacts.get(inviter.peer)?.trust).toBe(0.7)
    for (const { runtime } of [inviter, joiner]) {
      expect(runtime.state.pairing.incomingPairs.size + runtime.state.pairing.outgoingPairs.size).toBe(0)
    }
  })

  it('[T4] the code shown twice is one request, and shown by another is refused', async () => {
    const { network, inviter, joiner } = await two()
    const other = await start(network, await newHome(), 'Other')
    const invite = await inviter.runtime.invite(0.5, 60_000, { confirm: true })
    for (let i = 0; i < 2; i++) {
      expect((await joiner.runtime.pair(invite, 0.7, soon())).state).toBe('waiting')
    }
    expect(inviter.runtime.state.pairing.incomingPairs.size).toBe(1)
    await expect(other.runtime.pair(invite, 1, soon())).rejects.toMatchObject({
      fault: { kind: 'invite-refused' },
    })
  })
})

describe('a blocked peer', () => {
  it('[T5] is not let in by any code, and does not learn why, until unblocked', async () => {
    const { inviter, joiner } = await two()
    const pair = async () => joiner.runtime.pair(await inviter.runtime.invite(1, 60_000), 1, soon())
    await pair()
    await inviter.runtime.dispatch({ kind: 'blocked', at_ms: Date.now(), peer: joiner.peer })
    await expect(pair()).rejects.toMatchObject({ fault: { kind: 'invite-refused' } })
    const invite = await joiner.runtime.invite(1, 60_000)
    await expect(inviter.runtime.pair(invite, 1, soon())).rejects.toMatchObject({
      fault: { kind: 'bad-input' },
    })
    await inviter.runtime.dispatch({ kind: 'unblocked', at_ms: Date.now(), peer: joiner.peer })
    expect((await pair()).state).toBe('paired')
  })
})
