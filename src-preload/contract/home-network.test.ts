import { describe, expect, it } from 'vitest'
import { homeNetworkOf, hostAndPort } from './home-network.ts'
import type { OwnReach } from './reach.ts'

const local = (host: string): OwnReach['addresses'][number] => ({
  address: `/ip4/${host}/tcp/20123`,
  scope: 'local',
})

describe('the home network that a PC tells its user about', () => {
  it('[H27] is that of the PC’s own address, with the router at its first', () => {
    expect(homeNetworkOf({ addresses: [local('192.168.178.31')] })).toEqual({
      own: '192.168.178.31',
      router: '192.168.178.1',
    })
    expect(
      homeNetworkOf({ addresses: [{ address: '/ip4/127.0.0.1/tcp/1', scope: 'machine' }] }),
    ).toBeUndefined()
    expect(homeNetworkOf({ addresses: [{ address: '/ip6/fd00::7/tcp/1', scope: 'local' }] })).toBeUndefined()
    expect(homeNetworkOf({ addresses: [local('169.254.3.4')] })).toBeUndefined()
  })

  it('[H27] is not one that programs made within the PC', () => {
    const docker = [local('172.17.0.1'), local('172.18.0.2')]
    expect(homeNetworkOf({ addresses: [...docker, local('10.0.0.12')] })?.own).toBe('10.0.0.12')
    expect(homeNetworkOf({ addresses: docker })?.own).toBe('172.18.0.2')
    expect(homeNetworkOf({ addresses: docker.slice(0, 1) })).toBeUndefined()
  })

  it('[H27] writes addresses as a router’s page does', () => {
    expect(hostAndPort('/ip4/203.0.113.7/tcp/20123')).toBe('203.0.113.7:20123')
    expect(hostAndPort('/ip6/2001:db8::7/tcp/20123')).toBe('[2001:db8::7]:20123')
    expect(hostAndPort('elsewhere')).toBe('elsewhere')
  })
})
