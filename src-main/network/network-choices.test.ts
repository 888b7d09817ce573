import { beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { Settings } from '../ports/settings.ts'
import { createNetworkChoices, JOIN_MAX, type NetworkChoicesDependencies } from './network-choices.ts'

const PEER = '12D3KooWGzBHcVPFWvZLmgZdgKCnFBVcPZ7QZyVnZEMmH6yvVyYP'
const CY = `/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`

describe('[H27] choices about the network', () => {
  let values: Map<string, unknown>
  /** Calls in their order. */
  let done: string[]

  beforeEach(() => {
    values = new Map()
    done = []
  })

  function choices(run: Partial<NetworkChoicesDependencies> = {}) {
    const settings: Settings = {
      read: <S extends z.ZodType>(key: string, schema: S) => schema.safeParse(values.get(key)).data,
      write: (key, value) => void values.set(key, value),
    }
    return createNetworkChoices({
      settings,
      relayDefault: 'auto',
      transport: {
        setRelaying: (choice) => void done.push(`relay ${choice}`),
        joinThrough: (addresses) => void done.push(`join ${addresses.join(' ')}`.trim()),
      },
      mapper: {
        start: () => void done.push('map'),
        stop: () => {
          done.push('unmap')
          return Promise.resolve()
        },
        state: () => ({ state: 'off' }),
        onChange: () => () => undefined,
      },
      ...run,
    })
  }

  test('take effect at the start: the host’s own where the user chose none', () => {
    choices().start()
    expect(done).toEqual(['relay auto', 'join', 'map'])
  })

  test('are remembered, and told to listeners', () => {
    const first = choices()
    let told = 0
    first.onChange(() => (told += 1))
    first.setRelaying(true)
    first.setMapsPort(false)
    first.setJoinThrough([CY, ` ${CY} `])
    expect(told).toBe(3)
    expect(done).toEqual(['relay on', 'unmap', `join ${CY}`])
    done = []
    choices().start()
    expect(done).toEqual(['relay on', `join ${CY}`])
  })

  test('of one run count over those that are remembered, until the user chooses anew', () => {
    values.set('relay_for_contacts', true)
    const run = choices({ relay: 'off', mapPort: false })
    run.start()
    expect(done).toEqual(['relay off', 'join'])
    expect([run.relaying(), run.mapsPort()]).toEqual(['off', false])
    run.setMapsPort(true)
    run.setRelaying(true)
    expect([run.relaying(), run.mapsPort()]).toEqual(['on', true])
  })

  test.each([
    ['no address', 'not an address'],
    ['/ip4/192.0.2.7/tcp/4001', 'does not say which peer'],
    [`/ip4/192.0.2.7/udp/4001/quic-v1/p2p/${PEER}`, 'no TCP port'],
    [`/unix/tmp%2Fsocket/p2p/${PEER}`, 'no TCP port'],
  ])('refuse %s to join through, and change nothing', (address, message) => {
    const some = choices()
    some.setJoinThrough([CY])
    expect(() => some.setJoinThrough([CY, address])).toThrow(message)
    expect(some.joinThrough()).toEqual([CY])
  })

  test('refuse more addresses than are kept', () => {
    const many = Array.from({ length: JOIN_MAX + 1 }, (_, i) => CY.replace('4001', String(5_000 + i)))
    expect(() => choices().setJoinThrough(many)).toThrow('at most')
  })
})
