import { afterEach, describe, expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError } from '../../protocol/fault.ts'
import type { Settings } from '../../ports/settings.ts'
import { machineRandom } from '../machine.ts'
import { honest, newHome, setClock, socketsOf, startPeer, until, type TestPeer } from '../mesh.fixture.ts'
import { createNearby, type Nearby } from './nearby.ts'
import { NEARBY_PROTOCOL } from './nearby-messages.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const soon = () => AbortSignal.timeout(120_000)

function memorySettings(): Settings {
  const values = new Map<string, unknown>()
  return {
    read: (key, schema) => {
      const read = schema.safeParse(values.get(key))
      return read.success ? read.data : undefined
    },
    write: (key, value) => void values.set(key, value),
  }
}

interface Pc {
  readonly peer: TestPeer
  readonly nearby: Nearby
  readonly id: PeerId
}

/** A PC on 127.0.0.1, which is in the local network. */
async function startPc(name: string, { visible = true, clock = setClock() } = {}): Promise<Pc> {
  const home = await newHome()
  const peer = await startPeer(socketsOf(home), home, honest, { name, clock })
  const nearby = createNearby({
    clock,
    random: machineRandom,
    transport: peer.transport,
    settings: memorySettings(),
    state: peer.runtime.state,
    dispatch: (event) => peer.runtime.dispatch(event),
    visibleAtFirst: visible,
    onDefect: (error) => {
      throw error
    },
  })
  nearby.start()
  stops.push(async () => {
    nearby.stop()
    await peer.stop()
  })
  return { peer, nearby, id: peer.peer }
}

const meet = (a: Pc, b: Pc) =>
  a.peer.transport.connect(b.id, b.peer.transport.addresses(), { signal: soon() })
const seen = (a: Pc, b: Pc) => until(() => a.nearby.pcs().has(b.id))
const attemptOf = (a: Pc, b: Pc) => a.nearby.attempts().find(({ peer }) => peer === b.id)
const numberOf = (a: Pc, b: Pc): string | undefined => {
  const at = attemptOf(a, b)?.at
  return at?.stage === 'comparing' ? at.number : undefined
}
const howEnded = (a: Pc, b: Pc) => {
  const at = attemptOf(a, b)?.at
  return at?.stage === 'ended' ? at.how : undefined
}
const trustIn = (a: Pc, b: Pc) => a.peer.runtime.state.pairing.contacts.get(b.id)?.trust
const faultKind = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(FaultError)
  return (error as FaultError).fault.kind
}

/** Two PCs that see each other. */
async function two() {
  const [studio, office] = [await startPc('Studio'), await startPc('Office')]
  await meet(studio, office)
  await Promise.all([seen(studio, office), seen(office, studio)])
  return { studio, office }
}

describe('PCs nearby', () => {
  it('[T7] are seen by their names until they are gone', async () => {
    const { studio, office } = await two()
    expect([...studio.nearby.pcs().values()]).toEqual(['Office'])
    expect([...office.nearby.pcs().values()]).toEqual(['Studio'])
    await studio.peer.transport.disconnect(office.id)
    await until(() => studio.nearby.pcs().size === 0 && office.nearby.pcs().size === 0)
  })

  it('[T7] are not seen, and not asked, when their user does not want to be', async () => {
    const [studio, hidden, third] = [
      await startPc('Studio'),
      await startPc('Hidden', { visible: false }),
      await startPc('Third'),
    ]
    await meet(studio, hidden)
    await meet(studio, third)
    await seen(hidden, studio)
    await seen(studio, third)
    expect(studio.nearby.pcs().has(hidden.id)).toBe(false)
    const ask = { kind: 'ask', attempt: new Uint8Array(16), commitment: new Uint8Array(32), name: 'Studio' }
    const bytes = await studio.peer.transport
      .request(hidden.id, NEARBY_PROTOCOL, encodeCanonical(ask), { signal: soon() })
      .catch((error: unknown) => error)
    expect(bytes).toMatchObject({ fault: { kind: 'not-trusted' } })
    expect(hidden.nearby.attempts()).toEqual([])
    // It may begin itself.
    expect((await hidden.nearby.pair(studio.id, soon())).at.stage).toBe('comparing')
  })

  it('[T7] are told nothing but a name', async () => {
    const { studio, office } = await two()
    const bytes = await studio.peer.transport.request(
      office.id,
      NEARBY_PROTOCOL,
      encodeCanonical({ kind: 'hello' }),
      {
        signal: soon(),
      },
    )
    expect(bytes).toEqual(encodeCanonical({ kind: 'here', name: 'Office' }))
  })

  it('[T8] pair when both users say that the numbers are the same, each with their own trust', async () => {
    const { studio, office } = await two()
    const attempt = await studio.nearby.pair(office.id, soon())
    const number = numberOf(studio, office)!
    expect(attempt.at).toMatchObject({ number })
    expect(numberOf(office, studio)).toBe(number)
    await studio.nearby.confirm(office.id, number, 0.75)
    expect([trustIn(studio, office), trustIn(office, studio)]).toEqual([undefined, undefined])
    await office.nearby.confirm(studio.id, number, 0.25)
    await until(() => trustIn(studio, office) !== undefined)
    expect([trustIn(studio, office), trustIn(office, studio)]).toEqual([0.75, 0.25])
    expect(studio.peer.runtime.state.pairing.contacts.get(office.id)?.addresses).not.toEqual([])
    // They hear of each other's work, and are strangers nearby no longer.
    await until(() => studio.peer.runtime.state.view.commitments.has(office.id))
    await until(() => office.peer.runtime.state.view.commitments.has(studio.id))
    expect([studio.nearby.pcs().size, office.nearby.pcs().size]).toEqual([0, 0])
  })

  it('[T8] a peer that only asked, or alone says yes, is no contact', async () => {
    const { studio, office } = await two()
    await studio.nearby.pair(office.id, soon())
    await studio.nearby.confirm(office.id, numberOf(studio, office)!, 1)
    const match = { kind: 'match', attempt: attemptOf(studio, office)!.id, addresses: [] }
    await studio.peer.transport.request(office.id, NEARBY_PROTOCOL, encodeCanonical(match), {
      signal: soon(),
    })
    expect(trustIn(office, studio)).toBeUndefined()
    expect(trustIn(studio, office)).toBeUndefined()
  })

  it('[T8] begin at once: one number for both', async () => {
    const { studio, office } = await two()
    const [a, b] = await Promise.all([
      studio.nearby.pair(office.id, soon()),
      office.nearby.pair(studio.id, soon()),
    ])
    expect(a.id).toEqual(b.id)
    expect(numberOf(studio, office)).toBe(numberOf(office, studio))
  })

  it('[T8] hear that the other saw another number, and may try again', async () => {
    const { studio, office } = await two()
    await studio.nearby.pair(office.id, soon())
    await office.nearby.refuse(studio.id, 'differ', false)
    expect(howEnded(studio, office)).toBe('differ')
    const again = await studio.nearby.pair(office.id, soon())
    expect(again.at.stage).toBe('comparing')
  })

  it('[T9] a refused peer cannot ask there again for a minute', async () => {
    const clock = setClock()
    const [studio, office] = [await startPc('Studio'), await startPc('Office', { clock })]
    await meet(studio, office)
    await seen(studio, office)
    await studio.nearby.pair(office.id, soon())
    await office.nearby.refuse(studio.id, 'declined', false)
    expect(await faultKind(studio.nearby.pair(office.id, soon()))).toBe('too-busy')
    clock.passedMs += 61_000
    expect((await studio.nearby.pair(office.id, soon())).at.stage).toBe('comparing')
  })

  it('[T9] a blocked peer is not seen and asks no more', async () => {
    const { studio, office } = await two()
    await studio.nearby.pair(office.id, soon())
    await office.nearby.refuse(studio.id, 'declined', true)
    expect(office.peer.runtime.state.pairing.blocked.has(studio.id)).toBe(true)
    await until(() => !office.nearby.pcs().has(studio.id))
  })

  it('[T8] a try ends after two minutes, and a yes after that is none', async () => {
    const clock = setClock()
    const [studio, office] = [await startPc('Studio', { clock }), await startPc('Office')]
    await meet(studio, office)
    await seen(studio, office)
    await studio.nearby.pair(office.id, soon())
    const number = numberOf(studio, office)!
    clock.passedMs += 121_000
    await until(() => howEnded(studio, office) === 'expired')
    expect(await faultKind(studio.nearby.confirm(office.id, number, 1))).toBe('stale')
    await office.nearby.confirm(studio.id, number, 1)
    expect(trustIn(office, studio)).toBeUndefined()
    expect(howEnded(office, studio)).toBe('broken')
  })

  it('[T7] remembers whether it may be seen', async () => {
    const { studio, office } = await two()
    office.nearby.setVisible(false)
    expect(office.nearby.isVisible()).toBe(false)
    const hello = encodeCanonical({ kind: 'hello' })
    const asked = studio.peer.transport.request(office.id, NEARBY_PROTOCOL, hello, { signal: soon() })
    expect(await faultKind(asked)).toBe('not-trusted')
  })
})
