import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { findUpnpRouters, mapByUpnp, type UpnpRouter } from './upnp.ts'

const SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:1'
const REQUEST = { internalPort: 20_123, externalPort: 20_123, seconds: 3_600 }
const soon = () => AbortSignal.timeout(15_000)
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1')
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function router(answer: RequestListener): Promise<UpnpRouter> {
  return { control: new URL(await serve(answer)), service: SERVICE, local: '127.0.0.1' }
}

/** A device of this machine's own network that answers every search for routers. */
async function device(location: string): Promise<void> {
  const socket: Socket = createSocket({ type: 'udp4', reuseAddr: true })
  stops.push(() => socket.close())
  socket.on('message', (_bytes, from) =>
    socket.send(`HTTP/1.1 200 OK\r\nLOCATION: ${location}\r\n\r\n`, from.port, from.address),
  )
  socket.bind(1_900)
  await once(socket, 'listening')
  socket.addMembership('239.255.255.250', '127.0.0.1')
}

const description = (control: string) =>
  `<root><service><serviceType>${SERVICE}</serviceType><controlURL>${control}</controlURL></service></root>`

describe('a device that says that it is a router', () => {
  it('[H26] does not stop this peer by an answer that is long and never ends', async () => {
    const blank = ' '.repeat(100_000)
    const answers = [`<errorCode>${blank}x`, `<s:errorCode>${blank}`, '<errorCode>'.repeat(9_000)]
    for (const text of answers) {
      const asked = mapByUpnp(
        await router((_request, response) => response.writeHead(500).end(text)),
        REQUEST,
        soon(),
      )
      await expect(asked).rejects.toMatchObject({ fault: { message: 'it says error unknown' } })
    }
  })

  it('[H26] is asked no further once its answer is longer than any router has', async () => {
    const asked = mapByUpnp(
      await router((_request, response) => {
        response.writeHead(200)
        const more = (): void => {
          while (response.writable && response.write(Buffer.alloc(64 << 10, 'x'))) continue
          if (response.writable) response.once('drain', more)
        }
        more()
      }),
      REQUEST,
      soon(),
    )
    await expect(asked).rejects.toMatchObject({ fault: { kind: 'oversized' } })
  })

  it('[H26] sends this peer nowhere else', async () => {
    const gone: string[] = []
    const elsewhere = await serve((request, response) => {
      gone.push(request.url ?? '')
      response.end(description('/control'))
    })
    const victim = elsewhere.replace('127.0.0.1', 'localhost')
    const lies = await serve((request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { location: `${elsewhere}/a` }).end()
      else response.end(description(`${victim}/b`))
    })
    for (const location of [`${victim}/c`, `${lies}/redirect`, `${lies}/described`]) {
      await device(location)
      expect(await findUpnpRouters(['127.0.0.1'], soon())).toEqual([])
      stops.pop()?.()
    }
    expect(gone).toEqual([])
  })

  it('[H26] is found by its description, also behind one that says the same names without end', async () => {
    const at = await serve((_request, response) =>
      response.end(`${'<service>'.repeat(5_000)}${description('/control')}`),
    )
    await device(`${at}/root`)
    expect(await findUpnpRouters(['127.0.0.1'], soon())).toMatchObject([{ service: SERVICE }])
  })
})
