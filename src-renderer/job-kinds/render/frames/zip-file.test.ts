/// <reference types="node" />
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createZipWriter } from './zip-file.ts'

const files = [
  { name: 'frame 1.png', bytes: Uint8Array.from({ length: 1_000 }, (_, i) => i * 7) },
  { name: 'Küche 2.png', bytes: new Uint8Array(0) },
]

/** Python's zipfile is the independent reader; where there is none the test is skipped. */
const hasPython = spawnSync('python3', ['--version']).status === 0

test.skipIf(!hasPython)('a third-party reader finds every file with its name and its bytes', async () => {
  const zip = createZipWriter()
  for (const file of files) zip.add(file)
  const folder = mkdtempSync(join(tmpdir(), 'meshwork-zip-'))
  try {
    writeFileSync(join(folder, 'a.zip'), new Uint8Array(await zip.finish().arrayBuffer()))
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])'
    execFileSync('python3', ['-c', script, join(folder, 'a.zip'), folder])
    for (const { name, bytes } of files) {
      expect(new Uint8Array(readFileSync(join(folder, name)))).toEqual(bytes)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('says how long it is before the end', async () => {
  const zip = createZipWriter()
  zip.add({ name: 'a', bytes: new Uint8Array(100) })
  expect(zip.bytes).toBe(131)
  expect((await zip.finish().arrayBuffer()).byteLength).toBe(131 + 47 + 22)
})
