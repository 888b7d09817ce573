import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'
import { Ajv, type AnySchema } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { buildKernels } from '../../wasm/build.ts'
import { buildPeer, plainJavaScript } from './build-peer.ts'
import { LINK_SCHEME } from './deep-link.ts'
import { productionPackages } from './production-packages.ts'
import { programPaths } from './program-paths.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The SPDX expressions of the packages that the program uses. A new one is read before it is added here. */
const LICENCES: readonly string[] = [
  '(MIT OR CC0-1.0)',
  'Apache-2.0',
  'Apache-2.0 OR MIT',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
]

/** What the tests look at of the builder's file. */
interface BuilderFile {
  readonly appId: string
  readonly electronFuses: Readonly<Record<string, boolean>>
  readonly protocols: readonly { readonly schemes: readonly string[] }[]
  readonly directories: Readonly<Record<string, string>>
  readonly extraResources: readonly { readonly from: string; readonly to: string }[]
  readonly [section: string]: unknown
}

describe('the builder’s file', () => {
  let text: string
  let file: BuilderFile

  beforeAll(async () => {
    text = await readFile(join(ROOT, 'electron-builder.yml'), 'utf8')
    file = parse(text) as BuilderFile
  })

  it('is what electron-builder’s own schema asks for', async () => {
    const schema = createRequire(import.meta.url).resolve('app-builder-lib/scheme.json')
    const validate = new Ajv({ strict: false, allErrors: true }).compile(
      JSON.parse(await readFile(schema, 'utf8')) as AnySchema,
    )
    const isValid = validate(file) as boolean
    expect(validate.errors).toBeNull()
    expect(isValid).toBe(true)
    expect(validate({ ...file, linux: { target: 7 } }) as boolean).toBe(false)
  })

  it('names assets that are there', () => {
    const named = [...new Set(text.match(/assets\/[\w./-]+/g) ?? [])]
    expect(named.length).toBeGreaterThan(4)
    for (const path of named) expect(existsSync(join(ROOT, path)), path).toBe(true)
  })

  it('makes AppImage, deb, nsis and dmg', () => {
    expect(file).toMatchObject({
      linux: { target: ['AppImage', 'deb'] },
      win: { target: ['nsis'] },
      mac: { target: ['dmg'], hardenedRuntime: true },
    })
  })

  it('closes Electron’s binary: no Node for others, no code but what was packaged', () => {
    expect(file.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('agrees with the program on its id, its links and its places', async () => {
    expect(await readFile(join(ROOT, 'src-main/shell/desktop.ts'), 'utf8')).toContain(`'${file.appId}'`)
    expect(file.protocols.flatMap(({ schemes }) => schemes)).toEqual([LINK_SCHEME])
    expect(file.directories['app']).toBe('out/shell')
    const paths = programPaths({
      isPackaged: true,
      appPath: '/r/app.asar',
      resourcesPath: '/r',
      platform: 'linux',
      startedBy: '/anybody/else',
    })
    expect(paths.node).toBe('/r/node/node')
    expect(paths.peer).toBe('/r/peer/src-main/shell/peer-process.js')
    expect(file.extraResources.map(({ from, to }) => [from, to])).toEqual([
      ['out/peer', 'peer'],
      ['out/peer/node_modules', 'peer/node_modules'],
      ['node_modules/node/bin', 'node'],
    ])
  })
})

describe('the packages that the program uses', () => {
  const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages })

  it('are found as Node finds them: nearest first, and nothing of the tools', () => {
    const text = lock({
      '': { dependencies: { a: '1', shell: '1' }, devDependencies: { tool: '1' } },
      'node_modules/a': { dependencies: { b: '1', c: '2' } },
      'node_modules/a/node_modules/c': { dependencies: { d: '1' } },
      'node_modules/b': { optionalDependencies: { '@s/e': '1' } },
      'node_modules/c': {},
      'node_modules/d': { peerDependencies: { missing: '1', a: '1' } },
      'node_modules/@s/e': {},
      'node_modules/shell': { dependencies: { f: '1' } },
      'node_modules/f': {},
      'node_modules/tool': { dev: true },
    })
    expect(productionPackages(text, ['shell'])).toEqual([
      'node_modules/@s/e',
      'node_modules/a',
      'node_modules/b',
      'node_modules/d',
    ])
  })

  it('have the database and none of what builds or shows', async () => {
    const found = productionPackages(await readFile(join(ROOT, 'package-lock.json'), 'utf8'), [
      'electron-updater',
    ])
    expect(found).toEqual(expect.arrayContaining(['node_modules/better-sqlite3', 'node_modules/libp2p']))
    for (const name of ['electron', 'react', 'typescript', 'vite', 'electron-updater']) {
      expect(found).not.toContain(`node_modules/${name}`)
    }
  })

  it('come under licences that let us pass them on; “public domain” as a package says it of itself is none', async () => {
    const text = await readFile(join(ROOT, 'package-lock.json'), 'utf8')
    const { packages } = JSON.parse(text) as { packages: Record<string, { license?: string }> }
    const unknown = productionPackages(text, [])
      .map((folder) => [folder, packages[folder]?.license] as const)
      .filter(([, license]) => license === undefined || !LICENCES.includes(license))
    expect(unknown).toEqual([])
  })
})

describe('code without types', () => {
  it('names built files wherever it named sources, and nothing else', () => {
    const text = `import { a } from './noop.ts'
import type { B } from './type.ts'
const host: URL = new URL('host.ts', import.meta.url)
const word = 'nothing-here.ts'
export const c = await import('./worker.ts')
void [a, host, word] satisfies unknown as B
`
    const plain = plainJavaScript(text, 'src-main/compute/fork-host.ts')
    expect(plain).toMatch(/from ["']\.\/noop\.js["']/)
    expect(plain).toContain("new URL('host.js', import.meta.url)")
    expect(plain).toMatch(/import\(["']\.\/worker\.js["']\)/)
    expect(plain).toContain("'nothing-here.ts'")
    expect(plain).not.toMatch(/type\.|: URL|satisfies/)
  })
})

describe('the built peer', () => {
  let folder: string
  let child: ChildProcess | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-built-'))
    await buildKernels()
    await buildPeer(join(folder, 'peer'))
  })

  afterAll(async () => {
    child?.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  it('runs away from its sources, and its compute host with it', async () => {
    const program = join(folder, 'peer/src-main/headless.js')
    const data = join(folder, 'data')
    const flags = ['--data', data, '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--json']
    const started = spawn(process.execPath, [program, ...flags], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child = started
    const exited = new Promise((resolve) => started.once('exit', resolve))
    await new Promise((resolve, reject) => {
      started.stdout.once('data', resolve)
      started.once('exit', reject)
    })
    const { connectFolder } = await import('../api/client.ts')
    const client = await connectFolder(data)
    // It has measured the path tracer, which is what a compute host is for.
    await expect
      .poll(async () => (await client.calls.node.info()).algorithms.map((one) => one.algorithm_id), {
        timeout: 120_000,
      })
      .toContain('render.path-trace')
    await client.calls.node.stop()
    client.close()
    expect(await exited).toBe(0)
  })
})
