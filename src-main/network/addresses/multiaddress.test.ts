import { expect, test } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { checkAddresses, dialable } from './multiaddress.ts'

const PEER = '12D3KooWFatmYaY1xwun21EXFP5cMZqiWRs2EbccrQY7drsHcdj9' as PeerId
const OTHER = '12D3KooWQjKHiiKBJ7KS4QGqXjpjxGnspeLotBPHdatYop7LG6T7'

test.each([
  [
    'an address to listen at',
    { listen: ['nonsense'], bootstrap: [] },
    /^not an address such as .+: nonsense$/,
  ],
  [
    'an address to begin with',
    { listen: [], bootstrap: ['nonsense'] },
    /^not an address such as .+: nonsense$/,
  ],
  [
    'one that names no peer',
    { listen: [], bootstrap: ['/ip4/192.0.2.7/tcp/1'] },
    /should end in \/p2p\/12D3KooW…$/,
  ],
])('[Y17] %s that is none is refused in one line', (_, addresses, message) => {
  expect(() => {
    checkAddresses(addresses)
  }).toThrow(expect.objectContaining({ message: expect.stringMatching(message) as string }) as Error)
})

test('good addresses pass', () => {
  checkAddresses({ listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [`/dns4/example.net/tcp/1/p2p/${PEER}`] })
})

test('[H7] an address that makes no sense does not void the others of a list', () => {
  const good = ['/ip4/192.0.2.7/tcp/1', `/ip4/192.0.2.8/tcp/2/p2p/${PEER}`]
  const bad = ['nonsense', '/ip4/300.0.0.1/tcp/1', `/ip4/192.0.2.9/tcp/3/p2p/${OTHER}`, '/unix/tmp/socket']
  const found = dialable(PEER, [bad[0] ?? '', good[0] ?? '', ...bad.slice(1), good[1] ?? ''])
  expect(found.map(String)).toEqual([`/ip4/192.0.2.7/tcp/1/p2p/${PEER}`, `/ip4/192.0.2.8/tcp/2/p2p/${PEER}`])
  // With nothing else there is something to say of it.
  expect(() => dialable(PEER, ['nonsense'])).toThrow(/^not an address such as .+: nonsense$/)
  expect(dialable(PEER, [])).toEqual([])
})
