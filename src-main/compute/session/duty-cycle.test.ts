import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcomesOf } from '../../ports/runner.contract.ts'
import { clock } from '../clock.fixture.ts'
import { CAN_STOP_PROCESSES, createDutyCycle, systemSignals } from './duty-cycle.ts'
import { createRunner } from '../runner.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Processor time that a process has used, in milliseconds. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Its state: R runs, S sleeps, T stands still. */
async function stateOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
}

/** A process that would use a whole core. */
async function busyProcess() {
  const child = spawn(process.execPath, ['-e', 'console.log("on"); for (;;);'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, kill: () => child.kill('SIGKILL') }
}

describe.runIf(existsSync('/proc/self/stat') && CAN_STOP_PROCESSES)('[A9] a process in a duty cycle', () => {
  test('runs for its part of the time, and freely when it is let go', async () => {
    const busy = await busyProcess()
    const cycle = createDutyCycle(clock)
    try {
      cycle.setDuty(0.25)
      cycle.follow(busy.pid)
      await pause(200)
      const [startMs, usedMs] = [performance.now(), await cpuMsOf(busy.pid)]
      await pause(2_000)
      const share = ((await cpuMsOf(busy.pid)) - usedMs) / (performance.now() - startMs)
      // However late timers are on a busy machine, what it ran too long it stands still for later.
      expect(share).toBeLessThan(0.35)
      expect(share).toBeGreaterThan(0.02)
    } finally {
      cycle.follow(undefined)
      expect(await stateOf(busy.pid)).not.toBe('T')
      busy.kill()
    }
  })

  test('goes on when the program that stopped it is gone', async () => {
    const busy = await busyProcess()
    const program = `
      const { systemSignals } = await import(${JSON.stringify(new URL('duty-cycle.ts', import.meta.url).href)})
      systemSignals.guard(${busy.pid})
      systemSignals.stop(${busy.pid})
      console.log('stopped')
      setInterval(() => undefined, 1_000)
    `
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(child.stdout, 'data')
      while ((await stateOf(busy.pid)) !== 'T') await pause(10)
      child.kill('SIGKILL')
      while ((await stateOf(busy.pid)) === 'T') await pause(100)
    } finally {
      child.kill('SIGKILL')
      systemSignals.go(busy.pid)
      busy.kill()
    }
  })
})

describe.runIf(CAN_STOP_PROCESSES)('[A9] a runner for a part of the time', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-duty-'))
    await mkdir(join(folder, 'blobs'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('counts against a unit’s limit only the time in which its host ran', async () => {
    const runner = createRunner({
      clock,
      stagingFolder: join(folder, 'staging'),
      blobFolder: join(folder, 'blobs'),
      workers: 1,
      registry: new URL('../hostile.fixture.ts', import.meta.url),
    })
    await runner.start()
    try {
      runner.setDuty(0.2)
      const limits = { wallMsMax: 400, memoryBytesMax: 128 << 20, outputBytesMax: 1 << 20 }
      const spin = {
        id: 'spin',
        algorithmId: 'test.spin',
        algorithmVersion: '1.0.0',
        params: {},
        inputs: {},
        limits,
      }
      const startMs = performance.now()
      const outcomes = await outcomesOf(runner, [spin])
      expect(outcomes.get('spin')).toMatchObject({ fault: { kind: 'timed-out' } })
      // 400 ms at a fifth are two seconds by the wall; without the rule it would have ended before half of them.
      expect(performance.now() - startMs).toBeGreaterThan(1_000)
      expect(runner.pids()).toHaveLength(1)
    } finally {
      await runner.stop()
    }
    expect(runner.pids()).toEqual([])
  })
})
