import { expect, test } from 'vitest'
import { checkAddresses } from './multiaddress.ts'

const PEER = '12D3KooWFatmYaY1xwun21EXFP5cMZqiWRs2EbccrQY7drsHcdj9'

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
