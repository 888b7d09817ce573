import { execFile, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'

const FIXTURE = join(import.meta.dirname, 'only-local.fixture.ts')
/** A network namespace of its own with nothing but a loopback: one address of a home, one of the internet. */
const NAMESPACE = [
  'ip link set lo up',
  'ip link set lo multicast on',
  'ip addr add 10.0.0.1/32 dev lo',
  'ip addr add 203.0.113.1/32 dev lo',
  'ip route add 224.0.0.0/4 dev lo',
]

describe('the local network', () => {
  let child: ChildProcess | undefined
  afterEach(() => child?.kill())
  const probe = spawnSync('unshare', ['-n', 'sh', '-ec', NAMESPACE.join('; ')])
  test.skipIf(probe.status !== 0)(
    '[T7] gets answers that outsiders do not, and peers lost there are met again (skipped where namespaces need more rights)',
    async () => {
      const script = [...NAMESPACE, `exec "$0" "$1"`].join('; ')
      child = execFile('unshare', ['-n', 'sh', '-ec', script, process.execPath, FIXTURE])
      const lines: string[] = []
      createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line))
      await once(child, 'exit')
      expect(lines).toEqual(['["answered","not-trusted"]', 'met again'])
    },
  )
})
