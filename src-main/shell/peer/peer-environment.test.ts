import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { daemonEnvironment } from '../../cli/daemon/daemon-environment.ts'
import { peerEnvironment } from './peer-environment.ts'

const WS = join(import.meta.dirname, '../../../node_modules/ws')

describe('the environment of the desktop’s peer', () => {
  let folder: string
  let program: string
  let mark: string
  let hostile: NodeJS.ProcessEnv

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-environment-'))
    program = join(folder, 'app/peer.mjs')
    mark = join(folder, 'mark')
    const planted = `require('node:fs').appendFileSync(${JSON.stringify(mark)}, 'loaded ')\n`
    await writeFile(join(folder, 'planted.cjs'), planted)
    await mkdir(join(folder, 'node_modules/bufferutil'), { recursive: true })
    await writeFile(join(folder, 'node_modules/bufferutil/index.js'), planted)
    await cp(WS, join(folder, 'app/node_modules/ws'), { recursive: true })
    await writeFile(program, "import 'ws'\nprocess.send(process.env)\nprocess.disconnect()\n")
    hostile = {
      ...process.env,
      NODE_OPTIONS: `--require ${JSON.stringify(join(folder, 'planted.cjs'))}`,
      NODE_PATH: join(folder, 'node_modules'),
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      NODE_V8_COVERAGE: folder,
      LD_PRELOAD: join(folder, 'planted.so'),
      LD_LIBRARY_PATH: folder,
      DYLD_INSERT_LIBRARIES: join(folder, 'planted.dylib'),
      ELECTRON_RUN_AS_NODE: '1',
      OPENSSL_CONF: join(folder, 'openssl.cnf'),
      GCONV_PATH: folder,
      BASH_ENV: join(folder, 'planted.sh'),
      MESHWORK_PASSPHRASE: 'correct horse',
      LC_TIME: 'de_DE.UTF-8',
    }
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** The files that a real Node loads and the variables that it has with an environment, started as the shell starts the peer. */
  async function started(env: NodeJS.ProcessEnv) {
    await rm(mark, { force: true })
    const child = fork(program, [], { execPath: process.execPath, execArgv: [], env, serialization: 'json' })
    const had = await new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', (code) => reject(new Error(`exit code ${code ?? 0}`)))
    })
    return { had: had as NodeJS.ProcessEnv, isMarked: existsSync(mark) }
  }

  it('[Q1] makes Node load nothing, where the whole environment does', async () => {
    const { LD_PRELOAD: _, OPENSSL_CONF: __, ...loadable } = hostile
    expect((await started(daemonEnvironment(loadable))).isMarked).toBe(true)
    const planted = { ...process.env, NODE_OPTIONS: '' }
    // Found above the program, without any variable.
    expect((await started(daemonEnvironment(planted))).isMarked).toBe(true)
    expect((await started(peerEnvironment(hostile, process.platform))).isMarked).toBe(false)
  })

  it('[Q1] is a list: what is not on it stays behind, what the peer needs is there', async () => {
    const { had } = await started(peerEnvironment(hostile, 'linux'))
    expect(Object.keys(had).filter((name) => /^(LD|DYLD|ELECTRON|OPENSSL|GCONV|BASH)_/.test(name))).toEqual(
      [],
    )
    const ofNode = Object.keys(had).filter((name) => name.startsWith('NODE_'))
    expect(ofNode.filter((name) => !name.startsWith('NODE_CHANNEL_')).sort()).toEqual([
      'NODE_COMPILE_CACHE',
      'NODE_OPTIONS',
    ])
    expect(had['NODE_OPTIONS']).toBe('--max-semi-space-size=4')
    expect(had['NODE_COMPILE_CACHE']).toBe(daemonEnvironment({})['NODE_COMPILE_CACHE'])
    expect(had).toMatchObject({ MESHWORK_PASSPHRASE: 'correct horse', LC_TIME: 'de_DE.UTF-8' })
    expect(had['PATH']).toBe(process.env['PATH'])
  })

  it('[Q1] knows Windows’ names in any case, and Linux’ in theirs only', () => {
    const env = {
      Path: 'C:\\Windows',
      SystemRoot: 'C:\\Windows',
      node_options: '--require x',
      Node_Path: 'x',
    }
    expect(peerEnvironment(env, 'win32')).toMatchObject({ Path: 'C:\\Windows', SystemRoot: 'C:\\Windows' })
    expect(
      Object.keys(peerEnvironment(env, 'win32')).filter((name) => /node_(options|path)/i.test(name)),
    ).toEqual(['NODE_OPTIONS'])
    expect(peerEnvironment(env, 'linux')).not.toHaveProperty('Path')
  })
})
