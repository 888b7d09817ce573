import { createServer, type Server } from 'node:net'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { Settings } from '../../ports/settings.ts'
import { keptListenAddresses } from './kept-port.ts'

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }

function memorySettings(): Settings {
  const values = new Map<string, unknown>()
  return {
    read: <S extends z.ZodType>(key: string, schema: S) => schema.safeParse(values.get(key)).data,
    write: (key, value) => void values.set(key, value),
  }
}

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function occupy(port: number, host: string): Promise<void> {
  const server = createServer().listen({ port, host })
  servers.push(server)
  await once(server, 'listening')
}

const portOf = (addresses: readonly string[]): number => Number(/\/tcp\/(\d+)/.exec(addresses[0] ?? '')?.[1])

describe('the port of a peer', () => {
  it('[H1] is the same at every start, in IPv4 and IPv6', async () => {
    const settings = memorySettings()
    const first = await keptListenAddresses({ settings, random })
    const port = portOf(first)
    expect(first).toEqual([`/ip4/0.0.0.0/tcp/${port}`, `/ip6/::/tcp/${port}`])
    for (let start = 0; start < 3; start++) {
      expect(await keptListenAddresses({ settings, random })).toEqual(first)
    }
  })

  it('[H1] is another one only when another process listens there, and is kept then', async () => {
    const settings = memorySettings()
    const port = portOf(await keptListenAddresses({ settings, random }))
    await occupy(port, '0.0.0.0')
    const moved = await keptListenAddresses({ settings, random })
    expect(portOf(moved)).not.toBe(port)
    for (const server of servers.splice(0)) server.close()
    expect(await keptListenAddresses({ settings, random })).toEqual(moved)
  })

  it('[H1] waits a moment for a former run that is about to end', async () => {
    const settings = memorySettings()
    const kept = await keptListenAddresses({ settings, random })
    let looks = 0
    const again = await keptListenAddresses({ settings, random, isFree: () => Promise.resolve(++looks > 2) })
    expect(again).toEqual(kept)
    expect(looks).toBe(3)
  })

  it('says so when no port is to be had', async () => {
    const never = { settings: memorySettings(), random, isFree: () => Promise.resolve(false) }
    await expect(keptListenAddresses(never)).rejects.toMatchObject({ fault: { kind: 'unreachable' } })
  })
})
