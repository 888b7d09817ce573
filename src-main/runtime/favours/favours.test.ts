import { encode as encodeJpeg } from 'jpeg-js'
import { afterEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { Settings } from '../../ports/settings.ts'
import type { JobId } from '../../protocol/ids.ts'
import { THANKS_PICTURE_BYTES_MAX } from '../../protocol/thanks.ts'
import { startAttacker, type Attacker } from '../attacker.fixture.ts'
import { machineClock } from '../machine.ts'
import {
  honest,
  newHome,
  pairPeers,
  socketsOf,
  startPeer,
  testJob,
  until,
  type TestHome,
  type TestPeer,
} from '../mesh.fixture.ts'
import { createFavours, type Favours } from './favours.ts'

const PICTURE = new Uint8Array(
  encodeJpeg({ width: 32, height: 18, data: Buffer.alloc(4 * 32 * 18, 90) }, 60).data,
)
const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** Settings that outlive a peer's start, as its folder does. */
function memorySettings(): Settings & { readonly keys: () => readonly string[] } {
  const kept = new Map<string, string>()
  return {
    keys: () => [...kept.keys()].sort(),
    read: <S extends z.ZodType>(key: string, schema: S) => {
      const text = kept.get(key)
      return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data
    },
    write: (key, value) => {
      if (value === undefined) kept.delete(key)
      else kept.set(key, JSON.stringify(value))
    },
  }
}

interface Helped extends TestPeer {
  readonly favours: Favours
  readonly settings: ReturnType<typeof memorySettings>
  readonly home: TestHome
}

/** A peer on real sockets, with its favours. */
async function start(before?: Pick<Helped, 'home' | 'settings'>): Promise<Helped> {
  const { home, settings } = before ?? { home: await newHome(), settings: memorySettings() }
  const peer = await startPeer(socketsOf(home), home, honest)
  const favours = createFavours({
    runtime: peer.runtime,
    clock: machineClock,
    settings,
    report: (error) => {
      throw error
    },
  })
  favours.start()
  let isStopped = false
  const stop = async () => {
    if (isStopped) return
    isStopped = true
    favours.stop()
    await peer.stop()
  }
  stops.push(stop)
  return { ...peer, stop, favours, settings, home }
}

async function doneJob(alice: Helped, bob: Helped): Promise<JobId> {
  const { job } = await alice.runtime.submit(testJob(alice.peer, 8, 2))
  await until(() => alice.runtime.state.requester.jobs.get(job)?.status.state === 'done')
  await until(() => bob.favours.done.of(alice.peer).some((favour) => favour.job === job))
  return job
}

const thankedFor = (bob: Helped, alice: Helped) =>
  bob.favours.done.of(alice.peer).filter(({ thanks }) => thanks !== undefined)

describe('thanks over real sockets', () => {
  it('[J11] [J12] [J13] reach the provider once with note and picture, also one that was away', async () => {
    const [alice, bob] = [await start(), await start()]
    await pairPeers(alice, bob)
    const first = await doneJob(alice, bob)
    alice.favours.thank(first, [{ peer: bob.peer, job: first }], 'Great!', new Map([[first, PICTURE]]))
    await until(() => thankedFor(bob, alice).length === 1)
    expect(bob.favours.done.thanksFor(alice.peer, first)).toEqual({
      note: 'Great!',
      picture: Buffer.from(PICTURE).toString('base64'),
    })
    expect([alice.favours.isThanked(first), alice.favours.isThanked('other' as JobId)]).toEqual([true, false])
    const second = await doneJob(alice, bob)
    await bob.stop()
    await until(() => !alice.runtime.state.view.connected.has(bob.peer))
    alice.favours.thank(second, [{ peer: bob.peer, job: second }], undefined, new Map())
    expect(alice.settings.keys()).toContain('thanks-owed')
    const back = await start(bob)
    // What was given before the restart is known still.
    expect(back.favours.done.thanksFor(alice.peer, first)).toMatchObject({ note: 'Great!' })
    await until(() => thankedFor(back, alice).length === 2)
    await until(() => !alice.settings.keys().includes('thanks-owed'))
    expect(alice.settings.keys()).not.toContain(`thanks-picture:${first}`)
    // Put away, nothing of note and picture is kept.
    back.favours.done.putAway(Date.now())
    expect(back.settings.keys().filter((key) => key.startsWith('thanks:'))).toEqual([])
  })

  it('[J12] of strangers, for other jobs and too large are refused, and given twice change nothing', async () => {
    const [alice, bob] = [await start(), await start()]
    await pairPeers(alice, bob)
    const job_id = await doneJob(alice, bob)
    const mallory: Attacker = await startAttacker('sockets')
    stops.push(() => mallory.stop())
    const send = (thanks: unknown) => mallory.send(bob.peer, { kind: 'thanks', thanks })
    await mallory.pair(bob, 0)
    expect(await send({ job_id })).toBe('unknown-peer')
    const at_ms = Date.now()
    await bob.runtime.dispatch({ kind: 'trust-set', at_ms, peer: mallory.peer, trust: 0.8 })
    // The job is Alice's: nothing was computed for a job of this name of Mallory's.
    expect(await send({ job_id })).toBe('bad-input')
    expect(await send({ job_id, picture: new Uint8Array(THANKS_PICTURE_BYTES_MAX + 1) })).toBe('malformed')
    expect(await send({ job_id, note: 'a\u001b[2Jb' })).toBe('malformed')
    expect(thankedFor(bob, alice)).toEqual([])
    await alice.runtime.thank(bob.peer, { job_id, note: 'first' })
    await alice.runtime.thank(bob.peer, { job_id, note: 'second' })
    expect(bob.favours.done.thanksFor(alice.peer, job_id)).toEqual({ note: 'first' })
    await expect(alice.runtime.thank(bob.peer, { job_id: 'none' as JobId })).rejects.toMatchObject({
      fault: { kind: 'bad-input' },
    })
    // One who is no contact any more is forgotten, with all that it said.
    await bob.runtime.dispatch({ kind: 'forgotten', at_ms: Date.now(), peer: alice.peer })
    expect(bob.favours.done.requesters()).toEqual([])
    expect(bob.settings.keys().filter((key) => key.startsWith('thanks'))).toEqual([])
  })
})
