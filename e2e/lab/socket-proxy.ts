import { connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP port of 127.0.0.1 that leads to a socket in the file system, and so into a peer's namespace. */
export interface SocketProxy {
  readonly port: number
  close(): void
}

/**
 * Opens a proxy to a socket that need not be there yet. The API takes only callers who name its own address and port:
 * the peer is told to use this proxy's port in its namespace.
 */
export async function openSocketProxy(path: string): Promise<SocketProxy> {
  const open = new Set<Socket>()
  const server = createServer((outside) => {
    const inside = connect(path)
    for (const socket of [outside, inside]) {
      open.add(socket)
      // Whether the peer was killed or stopped, for the caller it is a connection that ended.
      socket.on('error', () => undefined)
      socket.once('close', () => {
        open.delete(socket)
        outside.destroy()
        inside.destroy()
      })
    }
    outside.pipe(inside).pipe(outside)
  })
  const port = await listen(server)
  return {
    port,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('a proxy without a port'))
      else resolve(address.port)
    })
  })
}
