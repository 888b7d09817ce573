import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noopTasks, outcomesOf } from '../../ports/runner.contract.ts'
import type { Runner, RunTask } from '../../ports/runner.ts'
import { clock } from '../clock.fixture.ts'
import { forkHost, type HostProcess } from './fork-host.ts'
import { boundedCommand, hostBounds, type HostBounds } from './host-bounds.ts'
import { createRunner } from '../runner.ts'
import { createSupervisor, type HostLoss } from '../session/supervisor.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshwork-bounds-'))
  await mkdir(join(folder, 'blobs'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Where the engine itself gets no memory, it may end without a word: by SIGSEGV, in 1 of 250 runs. */
const LACK = expect.stringMatching(/^(memory-exhausted|runner-lost)$/) as string

/** Runs `work` with a runner whose hosts have these bounds. */
async function withBounds(
  bounds: Partial<HostBounds>,
  work: (runner: Runner, hosts: readonly HostProcess[]) => Promise<void>,
): Promise<void> {
  const hosts: HostProcess[] = []
  const runner = createRunner({
    clock,
    stagingFolder: join(folder, 'staging'),
    blobFolder: join(folder, 'blobs'),
    workers: 2,
    registry: new URL('../hostile.fixture.ts', import.meta.url),
    spawnHost: (order) => {
      const host = forkHost({ ...order, bounds: { ...order.bounds, ...bounds } })
      hosts.push(host)
      return host
    },
  })
  await runner.start()
  try {
    await work(runner, hosts)
  } finally {
    await runner.stop()
  }
}

function task(deed: string): RunTask {
  return {
    id: deed,
    algorithmId: `test.${deed}`,
    algorithmVersion: '1.0.0',
    params: {},
    inputs: {},
    limits: { wallMsMax: 240_000, memoryBytesMax: 2 ** 40, outputBytesMax: 0 },
  }
}

describe('the bounds of a host', () => {
  it('leave the owner of a machine a part of its memory, and let the longest run end', () => {
    const { dataBytes, cpuSeconds } = hostBounds(2)
    expect(dataBytes).toBeGreaterThan(1 << 30)
    expect(hostBounds(6).dataBytes - dataBytes).toBe(512 << 20)
    expect(cpuSeconds).toBeGreaterThanOrEqual(2 * 24 * 3_600)
    expect(hostBounds(256).cpuSeconds).toBe(256 * 48 * 3_600)
  })

  it('let no more threads help than there are workers, within reason', () => {
    expect([1, 3, 64].map((workers) => hostBounds(workers).helperThreads)).toEqual([2, 3, 4])
  })

  it('are not there where the system has no shell that sets them', () => {
    const bounds = { dataBytes: 1, cpuSeconds: 1 }
    expect(boundedCommand('node.exe', bounds, 'win32')).toEqual({ file: 'node.exe', leading: [] })
    expect(boundedCommand('node', bounds, 'linux', '/no/shell')).toEqual({ file: 'node', leading: [] })
  })

  it.skipIf(process.platform === 'win32')('are passed over where a lower one is set already', () => {
    const { file, leading } = boundedCommand('/bin/echo', { dataBytes: 1 << 30, cpuSeconds: 1_000 })
    const lower = ['-c', `ulimit -t 500; exec "$0" "$@"`, file, ...leading, 'it', 'runs']
    expect(spawnSync('/bin/sh', lower, { encoding: 'utf8' }).stdout).toBe('it runs\n')
  })
})

it.skipIf(process.platform === 'win32')(
  'a host starts also where `nice` is missing or does not run',
  async () => {
    const { file, leading } = boundedCommand('/bin/echo', { dataBytes: 1 << 30, cpuSeconds: 1_000 })
    await writeFile(join(folder, 'nice'), '#!/no/such/program\n', { mode: 0o700 })
    for (const env of [{ PATH: '/no/such/folder' }, { PATH: folder }]) {
      expect(spawnSync(file, [...leading, 'it', 'runs'], { encoding: 'utf8', env }).stdout).toBe('it runs\n')
    }
  },
)

describe.runIf(process.platform === 'linux')('a host on Linux', () => {
  it('[X12] runs within its bounds, at low priority and without core files', async () => {
    await withBounds({ dataBytes: 3 * 2 ** 30, cpuSeconds: 5_000 }, async (runner, hosts) => {
      await outcomesOf(runner, noopTasks(1))
      const pid = hosts[0]?.pid ?? 0
      const limits = await readFile(`/proc/${pid}/limits`, 'utf8')
      expect(limits).toMatch(/^Max data size +3221225472 +3221225472 +bytes/m)
      expect(limits).toMatch(/^Max cpu time +5000 +5060 +seconds/m)
      expect(limits).toMatch(/^Max core file size +0 +0 +bytes/m)
      expect(getPriority(pid)).toBe(10)
      expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toContain('--v8-pool-size=2')
      expect(await readFile(`/proc/${pid}/comm`, 'utf8')).not.toMatch(/^sh$/m)
    })
  })

  it('[X12] gets no memory beyond its bound; what runs beside it and after it ends well', async () => {
    await withBounds({ dataBytes: 1_500 * 2 ** 20 }, async (runner) => {
      const outcomes = await outcomesOf(runner, [task('claim'), ...noopTasks(20)])
      expect(outcomes.get('claim')).toMatchObject({ fault: { kind: LACK } })
      expect([...outcomes.values()].filter((o) => o.kind === 'done').length).toBe(20)
    })
  })

  it('[X12] ends where the engine itself gets no memory, which is said in one line', async () => {
    await withBounds({ dataBytes: 1_500 * 2 ** 20 }, async (runner) => {
      const outcomes = await outcomesOf(runner, [task('claim-all'), ...noopTasks(20)])
      expect(outcomes.get('claim-all')).toMatchObject({
        fault: { kind: LACK, message: expect.stringMatching(/^.+$/) as string },
      })
      expect([...outcomes.values()].filter((o) => o.kind === 'done').length).toBe(20)
    })
  })

  it('[X12] is replaced when it has used up its processor time', async () => {
    // Enough to start on a busy machine, where 2 s were not; a host that needs more there is replaced as well.
    await withBounds({ cpuSeconds: 6 }, async (runner, hosts) => {
      const outcomes = await outcomesOf(runner, [task('spin-once')])
      expect(outcomes.get('spin-once')).toMatchObject({ kind: 'done' })
      expect(hosts.length).toBeGreaterThan(1)
    })
  })
})

describe('the end of a host', () => {
  it.each([
    { cause: 'unknown', blame: true, lacksMemory: false },
    { cause: 'no-memory', blame: true, lacksMemory: true },
    { cause: 'time-spent', blame: false, lacksMemory: false },
  ] as const)('is blamed on what ran there, or not: $cause', ({ cause, blame, lacksMemory }) => {
    const losses: HostLoss[] = []
    const supervisor = createSupervisor({
      clock: { nowMs: () => 0, after: () => () => undefined },
      wall: { kind: 'none', why: 'a host that is none' },
      spawnHost: ({ onMessage, onExit }) => ({
        pid: 1,
        send: (input) => {
          if (input.kind === 'configure') onMessage({ kind: 'ready' })
          else if (input.kind === 'cancel') onExit({ reason: 'it ended', cause })
        },
        kill: () => undefined,
      }),
      readable: [],
      configuration: { registry: '', staging: '', heapBytesMax: 1 },
      workers: () => 1,
      onReady: () => undefined,
      onOutput: () => undefined,
      onLost: (loss) => losses.push(loss),
    })
    supervisor.wake()
    supervisor.send({ kind: 'cancel', keys: [] })
    expect(losses).toMatchObject([{ reason: 'it ended', blame, lacksMemory, wasReady: true }])
  })
})
