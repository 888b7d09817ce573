import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { linuxLinkMbps } from './linux-link.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meshwork-link-'))
})
afterEach(() => rm(root, { recursive: true }))

/** A system with these routes (interface and destination) and speeds of links. */
async function system(routes: readonly (readonly [string, string])[], speeds: Record<string, string>) {
  await mkdir(join(root, 'proc/net'), { recursive: true })
  const rows = routes.map(
    ([name, destination]) => `${name}\t${destination}\t010011AC\t0003\t0\t0\t0\t00000000`,
  )
  await writeFile(join(root, 'proc/net/route'), ['Iface\tDestination\tGateway', ...rows, ''].join('\n'))
  for (const [name, speed] of Object.entries(speeds)) {
    await mkdir(join(root, 'sys/class/net', name), { recursive: true })
    await writeFile(join(root, 'sys/class/net', name, 'speed'), speed)
  }
  return linuxLinkMbps(root)
}

it('[L1] tells the speed of the link with the default route', async () => {
  const routes = [
    ['docker0', '000011AC'],
    ['eth1', '00000000'],
    ['eth0', '0000A8C0'],
  ] as const
  expect(await system(routes, { eth0: '100\n', eth1: '2500\n', docker0: '10000\n' })).toBe(2_500)
})

it.each<[string, readonly (readonly [string, string])[], Record<string, string>]>([
  ['there is no route', [], { eth0: '1000\n' }],
  ['the link has no file', [['eth0', '00000000']], {}],
  ['a name is none', [['../../../etc', '00000000']], {}],
])('[L1] tells nothing where %s', async (_, routes, speeds) => {
  expect(await system(routes, speeds)).toBeUndefined()
})

it('[L1] tells nothing where there are no such files', async () => {
  expect(await linuxLinkMbps(join(root, 'nowhere'))).toBeUndefined()
})
