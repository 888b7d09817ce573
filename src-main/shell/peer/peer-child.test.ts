import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../ports/clock.ts'
import { startPeerChild, type PeerChildOptions, type PeerProcess } from './peer-child.ts'

/** A process that says what the test says. */
class ProcessDouble extends EventEmitter {
  connected = true
  readonly sent: unknown[] = []
  send(message: unknown): boolean {
    this.sent.push(message)
    return true
  }
  kill = vi.fn(() => true)
  end(code = 1): void {
    this.connected = false
    this.emit('exit', code, null)
  }
}

function world(more: Partial<PeerChildOptions> = {}) {
  let nowMs = 0
  const timers = new Set<{ atMs: number; callback: () => void }>()
  const clock: Clock = {
    nowMs: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const processes: ProcessDouble[] = []
  const heard = { onReady: vi.fn(), onLost: vi.fn(), onFailed: vi.fn(), onStopRequested: vi.fn() }
  const child = startPeerChild({
    spawn: () => {
      const started = new ProcessDouble()
      processes.push(started)
      return started as unknown as PeerProcess
    },
    clock,
    data: '/data',
    network: { mdns: true },
    keychain: undefined,
    sample: () => ({ idle_s: nowMs / 1_000 }),
    ...heard,
    ...more,
  })
  const pass = (ms: number): void => {
    nowMs += ms
    for (const timer of [...timers]) {
      if (timer.atMs > nowMs || !timers.delete(timer)) continue
      timer.callback()
    }
  }
  return { child, processes, pass, ...heard }
}

const READY = { kind: 'ready', url: 'ws://127.0.0.1:1/api', token: 't' }

describe('the peer’s process', () => {
  it('is told what it needs, and what the machine does, again and again', () => {
    const { processes, pass } = world()
    pass(5_000)
    expect(processes[0]!.sent).toEqual([
      { kind: 'start', data: '/data', mdns: true, has_keychain: false },
      { kind: 'machine', idle_s: 0 },
      { kind: 'machine', idle_s: 5 },
    ])
  })

  it('is started again when it dies, and given up when it dies at once each time', () => {
    const { processes, pass, onLost, onFailed } = world()
    for (let i = 0; i < 3; i++) {
      processes.at(-1).emit('message', READY)
      processes.at(-1).end()
      pass(2_000)
    }
    expect([processes.length, onLost.mock.calls.length, onFailed.mock.calls.length]).toEqual([4, 3, 0])
    processes.at(-1).end()
    pass(10_000)
    expect(processes).toHaveLength(4)
    expect(onFailed.mock.calls).toEqual([['the peer ended: exit code 1']])
  })

  it('that ran well in between is started again as often as it takes', () => {
    const { processes, pass, onFailed } = world()
    for (let i = 0; i < 8; i++) {
      processes.at(-1).emit('message', READY)
      pass(60_000)
      processes.at(-1).end()
      pass(2_000)
    }
    expect(processes).toHaveLength(9)
    expect(onFailed).not.toHaveBeenCalled()
  })

  it('that says why it cannot start is not started again', () => {
    const { processes, pass, onFailed } = world()
    processes[0]!.emit('message', { kind: 'failed', message: 'the key needs its passphrase' })
    processes[0]!.end()
    pass(60_000)
    expect(processes).toHaveLength(1)
    expect(onFailed.mock.calls).toEqual([['the key needs its passphrase']])
  })

  it('is killed when it does not end by itself', async () => {
    const { child, processes, pass } = world()
    const stopped = child.stop()
    expect(processes[0]!.sent).toContainEqual({ kind: 'stop' })
    pass(11_000)
    expect(processes[0]!.kill).not.toHaveBeenCalled()
    pass(1_000)
    expect(processes[0]!.kill).toHaveBeenCalledWith('SIGKILL')
    processes[0]!.end()
    await stopped
    pass(60_000)
    expect(processes).toHaveLength(1)
  })

  it('has its key sealed by the keychain, and hears when that fails', async () => {
    const { processes } = world({
      keychain: {
        seal: (secret) => Promise.resolve(secret.toReversed()),
        open: () => Promise.reject(new Error('locked')),
      },
    })
    processes[0]!.emit('message', { kind: 'seal', id: 1, bytes: 'AQID' })
    processes[0]!.emit('message', { kind: 'open', id: 2, bytes: 'AQID' })
    await vi.waitFor(() => expect(processes[0]!.sent).toContainEqual({ kind: 'secret', id: 2 }), {
      timeout: 120_000,
    })
    expect(processes[0]!.sent).toContainEqual({ kind: 'secret', id: 1, bytes: 'AwIB' })
  })

  it('says nothing that is not understood', () => {
    const { processes, onReady } = world()
    for (const message of [null, 'ready', { kind: 'ready' }, { kind: 'seal', id: 0, bytes: 'AQID' }]) {
      processes[0]!.emit('message', message)
    }
    expect(onReady).not.toHaveBeenCalled()
  })
})
