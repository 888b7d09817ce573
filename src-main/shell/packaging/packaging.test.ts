import { existsSync, globSync } from 'node:fs'
import { cp, link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn, type ChildProcess } from 'node:child_process'
import { Ajv, type AnySchema } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { buildKernels } from '../../../wasm/build.ts'
import { buildPeer, plainJavaScript } from '../build-peer.ts'
import { indexLibraries } from '../../compute/library-index.ts'
import { libraries } from '../../compute/registry.ts'
import { bundleMain } from '../build-shell.ts'
import { LINK_SCHEME } from '../system/deep-link.ts'
import { peerEnvironment } from '../peer/peer-environment.ts'
import { namedKernels } from './named-kernels.ts'
import { productionPackages } from './production-packages.ts'
import { listProgram, PROGRAM_LIST, sha256Of, verifyProgram } from './program-files.ts'
import { programPaths } from './program-paths.ts'
import { isShipped } from './shipped-files.ts'

const ROOT = join(import.meta.dirname, '../../..')

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

/** The fields of the builder's file that the tests look at. */
interface BuilderFile {
  readonly appId: string
  readonly electronFuses: Readonly<Record<string, boolean>>
  readonly protocols: readonly { readonly schemes: readonly string[] }[]
  readonly directories: Readonly<Record<string, string>>
  readonly extraResources: readonly { readonly from: string; readonly to: string }[]
  readonly [section: string]: unknown
}

interface BuilderScripts {
  readonly scripts: Readonly<Record<string, string>>
}

/** Of electron-builder's own code: what finds the files for a package, and what copies them. */
interface FileMatcherModule {
  readonly getFileMatchers: (config: unknown, name: string, to: string, options: object) => unknown
  readonly copyFiles: (matchers: unknown, transformer: null) => Promise<unknown>
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
      startedBy: '/another/program',
    })
    expect(paths.node).toBe('/r/node/node')
    expect(paths.peer).toBe('/r/peer/src-main/shell/peer/peer-process.js')
    expect(file.extraResources.map(({ from, to }) => [from, to])).toEqual([
      ['out/peer', 'peer'],
      ['out/peer/node_modules', 'peer/node_modules'],
      ['node_modules/node/bin', 'node'],
      [`out/${PROGRAM_LIST}`, PROGRAM_LIST],
    ])
  })

  it('[Q2] leaves Node’s binary as it is listed, and is used after the list was made', async () => {
    expect(file['win']).toMatchObject({ signExts: ['!node.exe'] })
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as BuilderScripts
    expect(manifest.scripts['build:app']).toMatch(/build-peer\.ts && node src-main\/shell\/build-shell\.ts$/)
    expect(manifest.scripts['package']).toMatch(/^npm run build:app && /)
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
    const plain = plainJavaScript(text, 'src-main/compute/host/fork-host.ts')
    expect(plain).toMatch(/from ["']\.\/noop\.js["']/)
    expect(plain).toContain("new URL('host.js', import.meta.url)")
    expect(plain).toMatch(/import\(["']\.\/worker\.js["']\)/)
    expect(plain).toContain("'nothing-here.ts'")
    expect(plain).not.toMatch(/type\.|: URL|satisfies/)
  })
})

describe('the kernels of a source', () => {
  it('are the modules that it names by a URL relative to itself', () => {
    const text = `export const one = new URL('../../../../wasm/build/one.wasm', import.meta.url)
export const modules = [new URL("./two.wasm", import.meta.url)]
const other = new URL('three.js', import.meta.url)
const words = 'four.wasm'
`
    expect(namedKernels(text, 'src-main/compute/libraries/new/algorithms.ts')).toEqual([
      'wasm/build/one.wasm',
      'src-main/compute/libraries/new/two.wasm',
    ])
  })
})

describe('files of packages', () => {
  it('are shipped unless only compilers, readers or other systems need them', () => {
    const target = { platform: 'linux', arch: 'x64' } as const
    const shipped = (path: string) => isShipped(path, target)
    for (const path of [
      'ws/index.js',
      'a/LICENSE',
      'a/testing/b.js',
      'better-sqlite3/prebuilds/linux-x64.node',
    ])
      expect(shipped(path), path).toBe(true)
    for (const path of [
      'a/b.d.ts',
      'a/b.js.map',
      '@types/ws/package.json',
      'a/test/b.js',
      'a/CHANGELOG.md',
      'better-sqlite3/deps/sqlite3.c',
      'better-sqlite3/prebuilds/win32-x64.node',
    ]) {
      expect(shipped(path), path).toBe(false)
    }
  })
})

describe('the built peer', () => {
  let folder: string
  /** Where a package has what Electron does not run. */
  let resources: string
  let digest: string
  let child: ChildProcess | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-built-'))
    await buildKernels()
    const peer = join(folder, 'out/peer')
    const node = join(folder, 'node_modules/node/bin')
    await buildPeer(peer)
    await mkdir(node, { recursive: true })
    const binary = join(ROOT, 'node_modules/node/bin/node')
    // Another name of the same file where that goes: nothing here writes into it.
    await link(binary, join(node, 'node')).catch(() => cp(binary, join(node, 'node')))
    const list = await listProgram({ peer, node })
    await writeFile(join(folder, 'out', PROGRAM_LIST), list)
    digest = sha256Of(list)
    resources = join(folder, 'resources')
    await pack()
  })

  afterAll(async () => {
    child?.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  /** Copies what belongs beside the archive, as electron-builder does by its file. */
  async function pack(): Promise<void> {
    const require = createRequire(import.meta.url)
    const place = createRequire(import.meta.url).resolve('app-builder-lib/out/fileMatcher.js')
    const { getFileMatchers, copyFiles } = require(place) as FileMatcherModule
    const config: unknown = parse(await readFile(join(ROOT, 'electron-builder.yml'), 'utf8'))
    const places = { defaultSrc: folder, globalOutDir: join(folder, 'out/packages') }
    const options = { ...places, macroExpander: (text: string) => text, customBuildOptions: {} }
    await copyFiles(getFileMatchers(config, 'extraResources', resources, options), null)
  }

  it('has exactly the kernels that its algorithms declare', () => {
    const declared = indexLibraries(libraries).algorithms.flatMap(({ modules }) =>
      modules.map((url) => fileURLToPath(url)),
    )
    const packed = globSync('**/*.wasm', {
      cwd: join(folder, 'out/peer'),
      exclude: ['node_modules/**'],
    })
    expect(packed.length).toBeGreaterThan(0)
    expect(packed.map((path) => join(ROOT, path)).sort()).toEqual([...new Set(declared)].sort())
  })

  it('[Q2] is, packed by electron-builder, what the list names, file by file', async () => {
    await verifyProgram(resources, digest)
    const path = join(resources, 'peer/node_modules/ws/index.js')
    const text = await readFile(path)
    // Packed files may be links to the built ones.
    await rm(path)
    await writeFile(path, 'throw new Error()\n')
    await expect(verifyProgram(resources, digest)).rejects.toThrow(
      /^peer\/node_modules\/ws\/index\.js is not/,
    )
    await writeFile(path, text)
    await verifyProgram(resources, digest)
  })

  it('[Q2] is known to the shell’s bundle by its list’s digest', async () => {
    const out = join(folder, 'shell')
    await bundleMain(out, { listDigest: digest, publishers: ['CN=Publisher'] })
    const bundle = await readFile(join(out, 'main.cjs'), 'utf8')
    expect(bundle).toContain(`verifyProgram(resourcesPath, "${digest}")`)
    expect(bundle).toContain('publishers: ["CN=Publisher"]')
    expect(bundle).not.toMatch(/PROGRAM_LIST_SHA256|UPDATE_PUBLISHERS/)
    await bundleMain(out, { listDigest: null, publishers: [] })
    expect(await readFile(join(out, 'main.cjs'), 'utf8')).toContain('verifyProgram(resourcesPath, null)')
  })

  it('runs away from its sources, and its compute host with it', async () => {
    const program = join(resources, 'peer/src-main/headless.js')
    const data = join(folder, 'data')
    const flags = ['--data', data, '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--json']
    const started = spawn(join(resources, 'node/node'), [program, ...flags], {
      cwd: folder,
      env: peerEnvironment(process.env, process.platform),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child = started
    const exited = new Promise((resolve) => started.once('exit', resolve))
    await new Promise((resolve, reject) => {
      started.stdout.once('data', resolve)
      started.once('exit', reject)
    })
    const { connectFolder } = await import('../../api/transport/client.ts')
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
