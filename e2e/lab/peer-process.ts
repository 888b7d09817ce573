/**
 * A peer of the lab: the daemon, and beside its API a socket in the file system, by which the lab reaches it from outside
 * the daemon's network namespace. First argument: `waiting` for units that take time and no processor, or `real`; second:
 * the socket's path; the rest is the daemon's.
 */
import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { runDaemon } from '../../src-main/daemon.ts'

/** Joins two sockets until one of them ends. */
function join(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy())
    from.once('close', () => to.destroy())
  }
}

async function serveSocket(path: string, apiUrl: string): Promise<void> {
  // The last process may have been killed.
  await rm(path, { force: true })
  const port = Number(new URL(apiUrl).port)
  createServer((client) => join(client, connect(port, '127.0.0.1'))).listen(path)
}

const [units, path = '', ...argv] = process.argv.slice(2)
const registry = new URL('../../src-main/compute/waiting.fixture.ts', import.meta.url)
await runDaemon(argv, {
  ...(units === 'waiting' ? { registry } : {}),
  ready: ({ url }) => void serveSocket(path, url),
})
