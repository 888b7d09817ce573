import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { NODE_PACKAGE, nodeForArm64 } from './node-binary.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwork-arm64-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('Node for arm64 has the version that package.json has for this machine', () => {
  expect(NODE_PACKAGE.version).toBe(packageJson.devDependencies.node)
})

test('a package with other bytes than the pinned ones is refused and deleted', async () => {
  const archive = join(folder, `${NODE_PACKAGE.name}-${NODE_PACKAGE.version}.tgz`)
  writeFileSync(archive, 'another program')
  await expect(nodeForArm64(folder)).rejects.toThrow(`not ${NODE_PACKAGE.integrity}`)
  expect(existsSync(archive)).toBe(false)
})
