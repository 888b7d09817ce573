import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../api/transport/content-security-policy.ts'
import { loadUserInterface } from '../../api/transport/user-interface.ts'
import { machineRandom } from '../../runtime/machine.ts'
import { createElectronDouble, type ElectronDouble } from '../electron.fixture.ts'
import { registerPageScheme, servePages } from './page-protocol.ts'

describe('the pages', () => {
  let folder: string
  let double: ElectronDouble

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwork-pages-'))
    await mkdir(join(folder, 'ui', 'assets'), { recursive: true })
    await writeFile(join(folder, 'secret.txt'), 'secret')
    await writeFile(join(folder, 'ui', 'index.html'), '<meta nonce="__MESHWORK_CSP_NONCE__">')
    await writeFile(join(folder, 'ui', 'assets', 'a-1.js'), 'run()')
    double = createElectronDouble()
    registerPageScheme(double.api)
    servePages(double.api, await loadUserInterface(join(folder, 'ui')), machineRandom)
  })

  afterAll(() => rm(folder, { recursive: true }))

  const ask = (path: string, init?: RequestInit) =>
    double.servePage(new Request(`meshwork-app:${path}`, init))

  it('are of a scheme that is an origin as https is, and passes over no policy', () => {
    expect(double.calls[0]).toEqual({
      name: 'protocol.registerSchemesAsPrivileged',
      args: [
        [
          {
            scheme: 'meshwork-app',
            privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
          },
        ],
      ],
    })
  })

  it('have the headless host’s policy, with a nonce of their own each time', async () => {
    const nonces = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const response = await ask('//ui/')
      const nonce = /nonce="([\w-]{22})"/.exec(await response.text())?.[1] ?? ''
      expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy(nonce))
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(3)
    expect(contentSecurityPolicy('n')).not.toContain('unsafe')
  })

  it('come with their types', async () => {
    const script = await ask('//ui/assets/a-1.js')
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ])
  })

  it.each([
    ['//ui/../secret.txt', 404],
    ['//ui/%2e%2e/secret.txt', 404],
    ['//ui/..%2fsecret.txt', 404],
    ['//ui//etc/passwd', 404],
    ['//ui/assets/', 404],
    ['//other/', 404],
  ])('are nothing but the interface: %s', async (path, status) => {
    const response = await ask(path)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('secret')
  })

  it('are only read', async () => {
    expect((await ask('//ui/', { method: 'POST' })).status).toBe(405)
    expect(await (await ask('//ui/', { method: 'HEAD' })).text()).toBe('')
  })

  it('say so where they are not built', async () => {
    const bare = createElectronDouble()
    servePages(bare.api, await loadUserInterface(join(folder, 'none')), machineRandom)
    const response = await bare.servePage(new Request('meshwork-app://ui/'))
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('build:ui')])
  })
})
