import { afterEach, describe, expect, it } from 'vitest'
import { runMeshctl } from '../../cli/meshctl.ts'
import type { NearbyNow } from '#contract'
import { newMeasuredFolder } from '../../measured.fixture.ts'
import { faultOfCall } from '../transport/client.ts'
import { servePeer, type ServedPeer } from '../transport/served-peer.fixture.ts'

const running: ServedPeer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

const idOf = ({ hosted }: ServedPeer) => hosted.peer.runtime.state.me

async function serve(name: string): Promise<ServedPeer> {
  const folder = await newMeasuredFolder('meshwork-nearby-')
  const peer = await servePeer(name, folder)
  folders.set(peer, folder)
  return peer
}

/** Two peers on 127.0.0.1 of which each knows that the other is nearby. */
async function two() {
  const [studio, office] = [await serve('Studio PC'), await serve('Office PC')]
  running.push(studio, office)
  for (const { client } of running) await client.calls.nearby.setVisible({ visible: true })
  const { transport } = office.hosted.peer
  const signal = AbortSignal.timeout(120_000)
  await studio.hosted.peer.transport.connect(idOf(office), transport.addresses(), { signal })
  for (const { client } of running) await until(async () => (await client.calls.nearby.list()).pcs.length > 0)
  return { studio, office }
}

/** A command line at the peer's PC. */
async function meshctl(peer: ServedPeer, ...argv: string[]) {
  let [out, err] = ['', '']
  const code = await runMeshctl([...argv, '--data', folders.get(peer) ?? ''], {
    out: (text) => void (out += text),
    outBytes: () => Promise.resolve(),
    err: (text) => void (err += text),
    columns: undefined,
  })
  return { code, out, err }
}
const folders = new Map<ServedPeer, string>()

describe('nearby over the API', () => {
  it('[T7] is off by default without a screen, and the choice outlives a restart', async () => {
    const peer = await servePeer('Server')
    expect((await peer.client.calls.nearby.list()).visible).toBe(false)
    await peer.client.calls.nearby.setVisible({ visible: true })
    const again = await peer.restart()
    running.push(again)
    expect((await again.client.calls.nearby.list()).visible).toBe(true)
  })

  it('[T8] lists PCs and tries, pairs when both confirm, and tells it in the news', async () => {
    const { studio, office } = await two()
    const heard: NearbyNow[] = []
    const stopping = new AbortController()
    const watched = (async () => {
      for await (const { nearby } of await office.client.calls.news.watch(undefined, {
        signal: stopping.signal,
      }))
        if (nearby !== undefined) heard.push(nearby)
    })().catch(() => undefined)
    const begun = await studio.client.calls.nearby.pair({ peer_id: idOf(office) })
    expect(begun).toMatchObject({ name: 'Office PC', direction: 'outgoing', state: { kind: 'comparing' } })
    const number = begun.state.kind === 'comparing' ? begun.state.number : ''
    expect(number).toMatch(/^\d{6}$/)
    await until(async () => Promise.resolve(heard.some(({ tries }) => tries.length > 0)))
    expect(heard.find(({ tries }) => tries.length > 0)?.tries[0]).toMatchObject({
      name: 'Studio PC',
      direction: 'incoming',
      state: { kind: 'comparing', number, confirmed: false },
    })
    stopping.abort()
    await watched
    await office.client.calls.nearby.confirm({ peer_id: idOf(studio), number, trust: 0.25 })
    await studio.client.calls.nearby.confirm({ peer_id: idOf(office), number, trust: 0.75 })
    await until(async () => (await office.client.calls.people.list()).length > 0)
    expect(
      (await office.client.calls.people.list()).map(({ name, trust_mine }) => [name, trust_mine]),
    ).toEqual([['Studio PC', 0.25]])
    expect(
      (await studio.client.calls.people.list()).map(({ name, trust_mine }) => [name, trust_mine]),
    ).toEqual([['Office PC', 0.75]])
    expect((await studio.client.calls.nearby.list()).pcs).toEqual([])
  })

  it('refuses to pair with an unseen peer', async () => {
    const { studio } = await two()
    const unseen = await servePeer('Unseen')
    running.push(unseen)
    const error: unknown = await studio.client.calls.nearby
      .pair({ peer_id: idOf(unseen) })
      .catch((thrown: unknown) => thrown)
    expect(faultOfCall(error)).toMatchObject({ kind: 'unknown-peer' })
  })
})

describe('meshctl nearby', () => {
  it('lists, shows the number, and pairs by --yes only with the same number', async () => {
    const { studio, office } = await two()
    expect((await meshctl(studio, 'nearby')).out).toContain('Office PC')
    expect(JSON.parse((await meshctl(studio, 'nearby', '--json')).out)).toMatchObject({
      pcs: [{ name: 'Office PC' }],
    })
    const begun = await meshctl(studio, 'nearby', 'pair', 'Office PC', '--json')
    const { number } = JSON.parse(begun.out) as { number: string }
    expect((await meshctl(office, 'nearby')).out).toContain(
      `Studio PC wants to pair; the number is ${number.slice(0, 3)} ${number.slice(3)}`,
    )
    expect((await meshctl(office, 'nearby', 'pair', 'Studio PC', '--yes')).code).toBe(2)
    const [one, other] = await Promise.all([
      meshctl(studio, 'nearby', 'pair', 'Office PC', '--trust', '0.75', '--yes', '--expect', number),
      meshctl(office, 'nearby', 'pair', 'Studio PC', '--trust', '0.25', '--yes', '--expect', number),
    ])
    expect([one, other].map(({ code, err }) => ({ code, err }))).toEqual([
      { code: 0, err: '' },
      { code: 0, err: '' },
    ])
    expect((await studio.client.calls.people.list()).map(({ trust_mine }) => trust_mine)).toEqual([0.75])
  })

  it('[T8] does not pair with another number than expected, and the other side hears why', async () => {
    const { studio, office } = await two()
    const { number } = JSON.parse((await meshctl(studio, 'nearby', 'pair', 'Office PC', '--json')).out) as {
      number: string
    }
    const wrong = String((Number(number) + 1) % 1_000_000).padStart(6, '0')
    const { code, err } = await meshctl(office, 'nearby', 'pair', 'Studio PC', '--yes', '--expect', wrong)
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('the numbers differ') as string,
    })
    expect((await studio.client.calls.nearby.list()).tries).toMatchObject([
      { state: { kind: 'ended', how: 'differ', by_them: true } },
    ])
    expect(await office.client.calls.people.list()).toEqual([])
  })
})
