import { spawn, spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const LAUNCHER = join(import.meta.dirname, 'meshctl.js')
/** A user whom no machine knows, so that it has no home either. */
const NOBODY = 54_321

describe.skipIf(process.platform !== 'linux')('[Y15] meshctl in an unusual place', () => {
  let folder: string
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'meshwork-unusual-'))))
  afterAll(() => rm(folder, { recursive: true }))

  /** Runs the launcher as a user does. */
  function launch(
    argv: readonly string[],
    { env = {}, out, uid }: { env?: NodeJS.ProcessEnv; out?: string; uid?: number } = {},
  ): Promise<{ code: number | null; err: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [LAUNCHER, ...argv], {
        cwd: '/',
        env,
        stdio: ['ignore', out === undefined ? 'ignore' : openSync(out, 'w'), 'pipe'],
        ...(uid === undefined ? {} : { uid }),
      })
      let err = ''
      child.stderr?.on('data', (text: Buffer) => (err += text.toString()))
      child.on('close', (code) => resolve({ code, err }))
    })
  }

  it('says in one line that there is no room for what it prints', async () => {
    expect(await launch(['--help'], { out: '/dev/full' })).toEqual({
      code: 1,
      err: 'meshctl: cannot write the output: no room is left on the disk\n',
    })
  })

  it.skipIf(process.getuid?.() !== 0)('asks for a data folder where the user has no home', async () => {
    expect(await launch(['info'], { uid: NOBODY })).toEqual({
      code: 2,
      err: 'meshctl: this user has no home folder: name the data folder with --data\n',
    })
  })

  it('says which folder for temporary files is missing', async () => {
    const module = join(import.meta.dirname, '../../wasm/examples/c/histogram.wasm')
    const missing = join(folder, 'missing')
    expect(await launch(['run', module], { env: { TMPDIR: missing, HOME: folder } })).toEqual({
      code: 1,
      err: `meshctl: cannot make a temporary folder in ${missing} (TMPDIR): it does not exist\n`,
    })
  })

  it.skipIf(spawnSync('unshare', ['-rm', 'true']).status !== 0)(
    'says that the disk is full where a peer in the background does not start',
    () => {
      const flags = `--data ${folder} --listen /ip4/127.0.0.1/tcp/0 --no-mdns --detach`
      const script = `mount -t tmpfs -o size=64k none ${folder} && exec ${process.execPath} ${LAUNCHER} start ${flags}`
      const { status, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' })
      expect(status).toBe(1)
      expect(stderr).toMatch(/^meshctl: .*(disk is full|no room is left on the disk).*\n$/)
    },
  )

  it('refuses an empty name for the data folder, which would be the folder it was called in', async () => {
    const { code, err } = await launch(['info', '--data', ''], { env: { HOME: folder } })
    expect({ code, err }).toEqual({ code: 2, err: 'meshctl: --data: a folder, please; it is empty\n' })
  })
})
