import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmulatorSearch, findEmulator } from './emulator.ts'

const FILES = ['ld-linux-aarch64.so.1', 'libc.so.6', 'libm.so.6', 'libgcc_s.so.1', 'libstdc++.so.6']

let folder: string
let search: EmulatorSearch
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwork-arm64-'))
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'libraries/lib'), { recursive: true })
  writeFileSync(join(folder, 'bin/qemu-aarch64-static'), '')
  for (const name of FILES) writeFileSync(join(folder, 'libraries/lib', name), '')
  search = {
    platform: 'linux',
    arch: 'x64',
    path: ['none', 'bin'].map((name) => join(folder, name)).join(delimiter),
    libraries: join(folder, 'libraries'),
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The line that says why there is none. */
function missing(changes: Partial<EmulatorSearch> = {}): string {
  const found = findEmulator({ ...search, ...changes })
  if (found.kind !== 'unavailable') throw new Error('an emulator was found')
  return found.message
}

test('qemu is found in the folders of programs, and arm64’s libraries in theirs', () => {
  expect(findEmulator(search)).toEqual({
    kind: 'emulator',
    program: join(folder, 'bin/qemu-aarch64-static'),
    libraries: search.libraries,
  })
})

test('a machine without qemu is told so, and how to install it', () => {
  expect(missing({ path: join(folder, 'none') })).toBe(
    'qemu-aarch64-static or qemu-aarch64 is not installed: ' +
      'apt-get install qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross',
  )
})

test('a machine without a library of arm64 is told which', () => {
  rmSync(join(search.libraries, 'lib/libstdc++.so.6'))
  expect(missing()).toMatch(/^libstdc\+\+\.so\.6 of arm64 not found below .*: apt-get install /)
})

test.each([
  ['darwin', 'arm64'],
  ['linux', 'arm64'],
  ['win32', 'x64'],
])('%s on %s has no x64 to compare with, or no qemu', (platform, arch) => {
  expect(missing({ platform, arch })).toContain(`this is ${platform} on ${arch}`)
})
