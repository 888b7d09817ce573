import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { forkHost } from './fork-host.ts'
import type { HostEnd } from './host-end.ts'

let folder: string | undefined
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** A wall whose own process ends so, while half of it goes on and holds its pipes. */
const halfAWall = (end: string) => `#!/bin/sh
/bin/sh -c 'while :; do sleep 1; done' half "$@" &
${end}
`

it.runIf(process.platform === 'linux').each([
  { how: 'is killed while it is built', end: 'kill -9 $$', cause: 'unknown', reason: 'SIGKILL' },
  { how: 'tells that its time is spent', end: 'exit 152', cause: 'time-spent', reason: 'SIGXCPU' },
])(
  'a host whose wall $how and leaves half of itself is gone, and nothing of it stays',
  async ({ end: lastCommand, cause, reason }) => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-half-'))
    const file = join(folder, 'half-a-wall')
    await writeFile(file, halfAWall(lastCommand))
    await chmod(file, 0o700)
    const writable = await mkdtemp(join(folder, 'staging-'))
    const end = await new Promise<HostEnd>((resolve) => {
      forkHost({
        readable: [],
        writable,
        bounds: { cpuSeconds: 60, dataBytes: 1e10, helperThreads: 1 },
        wall: { kind: 'bubblewrap', file },
        onMessage: () => undefined,
        onExit: resolve,
      })
    })
    expect(end).toEqual({ cause, reason })
    // A process that was killed is listed until the system has taken it down.
    await expect.poll(() => processesOf(writable)).toEqual([])
  },
)

async function processesOf(word: string): Promise<string[]> {
  const lines = (await readdir('/proc'))
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
  return (await Promise.all(lines)).filter((line) => line.includes(word))
}
