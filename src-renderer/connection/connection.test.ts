import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Channel, Dial, Dialled } from './channel.ts'
import { isNotConnected, retryDelay, startConnection, type ConnectionState } from './connection.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A channel that a test ends, and whose calls answer with their path. */
function testChannel() {
  let end: () => void = () => undefined
  const closed = new Promise<void>((resolve) => (end = resolve))
  const channel: Channel = {
    link: {
      call: (path) =>
        path[0] === 'never'
          ? closed.then(() => {
              throw new Error('closed')
            })
          : Promise.resolve(path.join('.')),
    },
    closed,
    close: () => end(),
  }
  return { channel, end: () => end() }
}

/** A connection whose attempts end as listed; the last one again and again. */
function connect(...outcomes: (() => Dialled)[]) {
  const states: ConnectionState[] = []
  let attempts = 0
  const dial: Dial = () => {
    const outcome = outcomes[Math.min(attempts, outcomes.length - 1)]
    attempts += 1
    return Promise.resolve(outcome!())
  }
  const connection = startConnection(dial, (state) => states.push(state))
  const ask = (noun: string) =>
    (connection.calls as unknown as Record<string, { verb(): Promise<string> }>)[noun]!.verb()
  return { connection, states, attempts: () => attempts, ask }
}

const unreachable = (): Dialled => ({ kind: 'unreachable' })

it('attempts come at growing distances, never further apart than five seconds', async () => {
  const { attempts, states, connection } = connect(unreachable)
  await vi.advanceTimersByTimeAsync(0)
  expect(attempts()).toBe(1)
  await vi.advanceTimersByTimeAsync(retryDelay(0))
  expect(attempts()).toBe(2)
  await vi.advanceTimersByTimeAsync(60_000)
  const before = attempts()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(attempts()).toBe(before + 1)
  expect(new Set(states)).toEqual(new Set(['lost']))
  expect(retryDelay(1_000)).toBe(5_000)
  connection.stop()
})

it('a lost connection is made again, and the same calls go on', async () => {
  const [first, second] = [testChannel(), testChannel()]
  const open = (channel: Channel) => (): Dialled => ({ kind: 'open', channel })
  const { connection, states, ask } = connect(open(first.channel), unreachable, open(second.channel))
  await vi.advanceTimersByTimeAsync(0)
  expect(await ask('node')).toBe('node.verb')
  first.end()
  await vi.advanceTimersByTimeAsync(0)
  await expect(ask('node')).rejects.toSatisfy(isNotConnected)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await ask('people')).toBe('people.verb')
  expect(states).toEqual(['open', 'lost', 'lost', 'open'])
  connection.stop()
})

it('a call under which the connection goes away ends as not connected, not as a fault', async () => {
  const { channel, end } = testChannel()
  const { connection, ask } = connect(() => ({ kind: 'open', channel }), unreachable)
  await vi.advanceTimersByTimeAsync(0)
  const asked = expect(ask('never')).rejects.toSatisfy(isNotConnected)
  end()
  await asked
  connection.stop()
})

it('a refusal is not tried again before the user wants it', async () => {
  const { connection, attempts, states } = connect(() => ({ kind: 'refused' }))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([attempts(), ...states]).toEqual([1, 'refused'])
  connection.retry()
  await vi.advanceTimersByTimeAsync(0)
  expect(attempts()).toBe(2)
  connection.stop()
})

it('a stopped connection closes, tries no more and says nothing', async () => {
  const { channel } = testChannel()
  const { connection, attempts, states } = connect(() => ({ kind: 'open', channel }))
  await vi.advanceTimersByTimeAsync(0)
  connection.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(attempts()).toBe(1)
  expect(states).toEqual(['open'])
})
