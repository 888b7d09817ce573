import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { KeyKeeper } from '../../ports/key-keeper.ts'
import type { FaultError } from '../../protocol/fault.ts'
import { loadOrCreateKey } from './key-file.ts'

describe('the key file', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meshwork-key-'))
    path = join(folder, 'peer.key')
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const passphrase = 'correct horse battery staple'
  const refusal = async (loading: Promise<unknown>) => {
    const error = await loading.then(
      () => undefined,
      (thrown: unknown) => thrown as FaultError,
    )
    return error?.fault
  }

  test('a key is made once, and stays the same', async () => {
    const { seed } = await loadOrCreateKey(path)
    expect(seed.byteLength).toBe(32)
    expect(await loadOrCreateKey(path)).toEqual({ seed })
    expect(await loadOrCreateKey(join(folder, 'other.key'))).not.toEqual({ seed })
  })

  test('two starts at the same moment get one key', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKey(path)))
    expect(new Set(keys.map(({ seed }) => Buffer.from(seed).toString('hex'))).size).toBe(1)
    expect(readdirSync(folder)).toEqual(['peer.key'])
  })

  test('without a passphrase only the owner can read the file, and a looser mode is refused', async () => {
    await loadOrCreateKey(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    chmodSync(path, 0o640)
    const fault = await refusal(loadOrCreateKey(path))
    expect(fault).toMatchObject({ kind: 'storage-failed' })
    expect(fault?.message).toContain('can be read by others (mode 0640)')
    chmodSync(path, 0o400)
    expect((await loadOrCreateKey(path)).seed.byteLength).toBe(32)
  })

  test('with a passphrase the file does not contain the key, and only the passphrase opens it', async () => {
    const { seed } = await loadOrCreateKey(path, { passphrase })
    expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from(seed).toString('base64'))
    expect(await loadOrCreateKey(path, { passphrase })).toEqual({ seed })
    expect((await refusal(loadOrCreateKey(path, { passphrase: 'wrong' })))?.kind).toBe('bad-input')
    expect((await refusal(loadOrCreateKey(path)))?.message).toContain('needs its passphrase')
  })

  test('an accent is the same however it was typed', async () => {
    const { seed } = await loadOrCreateKey(path, { passphrase: 'caf\u00e9' })
    expect(await loadOrCreateKey(path, { passphrase: 'cafe\u0301' })).toEqual({ seed })
  })

  /** A keychain that turns bytes around and remembers nothing. */
  const keeper: KeyKeeper = {
    seal: (secret) => Promise.resolve(secret.toReversed()),
    open: (sealed) => Promise.resolve(sealed.toReversed()),
  }

  test('with a keychain the file does not contain the key, and only the keychain opens it', async () => {
    const { seed } = await loadOrCreateKey(path, { keeper })
    expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from(seed).toString('base64'))
    expect(await loadOrCreateKey(path, { keeper })).toEqual({ seed })
    expect((await refusal(loadOrCreateKey(path)))?.message).toContain('keychain')
    expect((await refusal(loadOrCreateKey(path, { passphrase })))?.kind).toBe('bad-input')
  })

  test('a key that is open stays so when a keychain comes: the daemon may use it, too', async () => {
    const { seed } = await loadOrCreateKey(path)
    expect(await loadOrCreateKey(path, { keeper })).toEqual({ seed })
    expect(await loadOrCreateKey(path)).toEqual({ seed })
  })

  test('a keychain that does not open, or opens to something else, is one clear line', async () => {
    await loadOrCreateKey(path, { keeper })
    const locked: KeyKeeper = { ...keeper, open: () => Promise.reject(new Error('locked')) }
    expect((await refusal(loadOrCreateKey(path, { keeper: locked })))?.message).toContain('does not open')
    const wrong: KeyKeeper = { ...keeper, open: () => Promise.resolve(new Uint8Array(31)) }
    expect((await refusal(loadOrCreateKey(path, { keeper: wrong })))?.message).toContain('damaged')
  })

  test('a changed file does not open', async () => {
    await loadOrCreateKey(path, { passphrase })
    const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
    const sealed = Buffer.from(file['sealed_seed']!, 'base64')
    sealed[3]! ^= 1
    writeFileSync(path, JSON.stringify({ ...file, sealed_seed: sealed.toString('base64') }))
    expect((await refusal(loadOrCreateKey(path, { passphrase })))?.kind).toBe('bad-input')
  })

  test('a passphrase for a file without one, and an empty one, are refused: they would not seal the file', async () => {
    await loadOrCreateKey(path)
    expect((await refusal(loadOrCreateKey(path, { passphrase })))?.message).toContain('has no passphrase')
    expect((await refusal(loadOrCreateKey(join(folder, 'new'), { passphrase: '' })))?.kind).toBe('bad-input')
  })

  test('a damaged or greedy file is one clear line', async () => {
    writeFileSync(path, 'not json', { mode: 0o600 })
    expect((await refusal(loadOrCreateKey(path)))?.message).toContain('not a key file')
    rmSync(path)
    await loadOrCreateKey(path, { passphrase })
    const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    writeFileSync(path, JSON.stringify({ ...file, cost: 2 ** 30 }))
    expect((await refusal(loadOrCreateKey(path, { passphrase })))?.message).toContain('more memory')
  })

  test('a place that cannot be written is a fault', async () => {
    writeFileSync(path, '')
    expect((await refusal(loadOrCreateKey(join(path, 'below'))))?.kind).toBe('storage-failed')
  })
})
