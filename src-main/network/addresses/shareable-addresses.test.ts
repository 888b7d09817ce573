import { describe, expect, it } from 'vitest'
import { isOutside } from './shareable-addresses.ts'

describe('an IP that contacts name', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.251',
    '239.255.255.250',
    '255.255.255.255',
    '::',
    '::1',
    '0:0::1',
    '::0:1',
    '::0001',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::1',
    '2001:0:7f00:1::1',
    'fe80::1',
    'FE80::1',
    'fec0::1',
    'fd00::1',
    'ff02::1',
    '/ip6zone/eth0/ip6/fe80::1/tcp/4001',
    'localhost',
    'eth0',
    '',
  ])('[H23] is not of the internet: %s', (host) => {
    expect(isOutside(host)).toBe(false)
  })

  it.each([
    '25.0.0.1',
    '1.1.1.1',
    '223.255.255.1',
    '2a00:1450::1',
    '2606:4700::1111',
    '/ip4/25.0.0.1/tcp/4001',
  ])('[H23] is of the internet: %s', (host) => {
    expect(isOutside(host)).toBe(true)
  })
})
