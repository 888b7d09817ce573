import { createCipheriv, createDecipheriv, randomBytes, randomUUID, scrypt } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { KeyKeeper } from '../../ports/key-keeper.ts'
import { refuse } from '../../protocol/fault.ts'
import { storageFault } from '../database/database.ts'
import { repairStep } from '../database/repair-step.ts'

/** scrypt (RFC 7914) at OWASP's first choice: 128 MiB and some 0.4 s for each guess. */
const SCRYPT = { cost: 2 ** 17, blockSize: 8, parallelization: 1 } as const
/** A key file may not ask for more memory than this (128 · cost · blockSize bytes): the file may be hostile. */
const SCRYPT_MEMORY_BYTES_MAX = 1 << 30
/** AES-256-GCM as NIST SP 800-38D recommends it: 96 bits of nonce, 128 of tag. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** An Ed25519 private key (RFC 8032). */
const SEED_BYTES = 32
const SALT_BYTES = 16
/** The bound of a wrapped key: a keychain makes of 32 bytes a few times as many. */
const SEALED_CHARS_MAX = 4_096

/** How a key file is that cannot be read as one. */
const DAMAGED = 'is damaged, or not a key file of Meshwork'

const Base64 = (bytes: number) =>
  z
    .base64()
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
    .refine((value) => value.byteLength === bytes, `not ${bytes} bytes`)

const KeyFile = z.discriminatedUnion('protection', [
  z.object({ format: z.literal('meshwork-key/1'), protection: z.literal('none'), seed: Base64(SEED_BYTES) }),
  z.object({
    format: z.literal('meshwork-key/1'),
    protection: z.literal('scrypt+aes-256-gcm'),
    cost: z.int().min(2),
    block_size: z.int().min(1).max(64),
    parallelization: z.int().min(1).max(16),
    salt: Base64(SALT_BYTES),
    nonce: Base64(NONCE_BYTES),
    tag: Base64(TAG_BYTES),
    sealed_seed: Base64(SEED_BYTES),
  }),
  z.object({
    format: z.literal('meshwork-key/1'),
    protection: z.literal('keychain'),
    sealed_seed: z.base64().max(SEALED_CHARS_MAX),
  }),
])
type KeyFile = z.infer<typeof KeyFile>
type SealedKey = Extract<KeyFile, { protection: 'scrypt+aes-256-gcm' }>
type KeychainKey = Extract<KeyFile, { protection: 'keychain' }>

/** The protection of a key besides the file's permissions. */
export interface KeyProtection {
  readonly passphrase?: string
  /** Seals a key that is made; one that exists stays as it is, since another host may use it, too. */
  readonly keeper?: KeyKeeper
}

/**
 * The peer's Ed25519 private key, made on the first call and never again. With a passphrase it is sealed by
 * AES-256-GCM under a key from scrypt, whose parameters stand in the file; with a keeper by the system's keychain; with
 * neither the file itself must be the secret, readable by its owner only.
 *
 * @param path the key's file
 * @returns the 32 bytes that the key pair is derived from
 * @throws FaultError `bad-input` for a missing, wrong or needless passphrase or a missing keychain, `storage-failed` for
 *   a file that others can read, that is damaged, or that cannot be read or written
 */
export async function loadOrCreateKey(
  path: string,
  protection: KeyProtection = {},
): Promise<{ seed: Uint8Array }> {
  const seed = await readKey(path, protection)
  if (seed !== undefined) return { seed }
  try {
    return { seed: await createKey(path, protection) }
  } catch (error) {
    throw storageFault(error, path)
  }
}

/**
 * The peer's private key if there is one; nothing is made.
 * @throws FaultError as `loadOrCreateKey`
 */
export async function readKey(path: string, protection: KeyProtection = {}): Promise<Uint8Array | undefined> {
  if (protection.passphrase === '') refuse('bad-input', 'the passphrase is empty')
  try {
    return await loadKey(path, protection)
  } catch (error) {
    throw storageFault(error, path)
  }
}

/** Refuses to go on with a key that is lost, or that is another peer's: no other key is this peer. */
export function refuseLostKey(path: string, how: string): never {
  refuse(
    'storage-failed',
    `${path} ${how}. The key is who this peer is: put back a copy of it. Without one begin as a new peer, with which ` +
      `everybody has to pair again: ${repairStep(dirname(path), 'new-identity')}`,
  )
}

async function loadKey(path: string, { passphrase, keeper }: KeyProtection): Promise<Uint8Array | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR')
      return refuseLostKey(path, DAMAGED)
    throw error
  })
  if (text === undefined) return undefined
  const file = parseKeyFile(text, path)
  if (file.protection === 'scrypt+aes-256-gcm') {
    if (passphrase === undefined) refuse('bad-input', `the key in ${path} needs its passphrase`)
    return unseal(file, passphrase, path)
  }
  if (passphrase !== undefined) refuse('bad-input', `the key in ${path} has no passphrase, but one was given`)
  if (file.protection === 'keychain') return openSealed(file, keeper, path)
  // Windows has no such bits; there the profile folder's access list protects the file.
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0')
    refuse(
      'storage-failed',
      `${path} can be read by others (mode ${shown}): chmod 600 it, or use a passphrase`,
    )
  }
  return file.seed
}

function parseKeyFile(text: string, path: string): KeyFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  const parsed = KeyFile.safeParse(json)
  if (!parsed.success) refuseLostKey(path, DAMAGED)
  return parsed.data
}

async function createKey(path: string, protection: KeyProtection): Promise<Uint8Array> {
  const seed = new Uint8Array(randomBytes(SEED_BYTES))
  const file = await newKeyFile(seed, protection)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomUUID()}`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // Unlike a rename, a link fails when another process made the key meanwhile: then that one is the key.
    await link(temporary, path)
  } catch (error) {
    const isMade = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    const existing = isMade ? await loadKey(path, protection) : undefined
    if (!existing) throw error
    return existing
  } finally {
    await rm(temporary, { force: true })
  }
  return seed
}

function newKeyFile(seed: Uint8Array, { passphrase, keeper }: KeyProtection) {
  if (passphrase !== undefined) return sealedFile(seed, passphrase)
  return keeper === undefined ? openFile(seed) : keychainFile(seed, keeper)
}

async function keychainFile(seed: Uint8Array, keeper: KeyKeeper) {
  const sealed = await keeper.seal(seed)
  return { format: 'meshwork-key/1', protection: 'keychain', sealed_seed: base64(sealed) }
}

async function openSealed(
  { sealed_seed }: KeychainKey,
  keeper: KeyKeeper | undefined,
  path: string,
): Promise<Uint8Array> {
  if (keeper === undefined) {
    refuse('bad-input', `the key in ${path} lies in this user’s keychain, which only the desktop app opens`)
  }
  const seed = await keeper
    .open(new Uint8Array(Buffer.from(sealed_seed, 'base64')))
    .catch((error: unknown) => refuse('storage-failed', `this user’s keychain does not open ${path}`, error))
  if (seed.byteLength !== SEED_BYTES) refuseLostKey(path, DAMAGED)
  return seed
}

function openFile(seed: Uint8Array) {
  return { format: 'meshwork-key/1', protection: 'none', seed: base64(seed) }
}

async function sealedFile(seed: Uint8Array, passphrase: string) {
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const key = await deriveKey(passphrase, salt, SCRYPT)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  const sealed = Buffer.concat([cipher.update(seed), cipher.final()])
  return {
    format: 'meshwork-key/1',
    protection: 'scrypt+aes-256-gcm',
    cost: SCRYPT.cost,
    block_size: SCRYPT.blockSize,
    parallelization: SCRYPT.parallelization,
    salt: base64(salt),
    nonce: base64(nonce),
    tag: base64(cipher.getAuthTag()),
    sealed_seed: base64(sealed),
  }
}

async function unseal(file: SealedKey, passphrase: string, path: string): Promise<Uint8Array> {
  const parameters = { cost: file.cost, blockSize: file.block_size, parallelization: file.parallelization }
  if (128 * file.cost * file.block_size > SCRYPT_MEMORY_BYTES_MAX) {
    refuse('storage-failed', `${path} asks for more memory than a key file may`)
  }
  const key = await deriveKey(passphrase, file.salt, parameters)
  const decipher = createDecipheriv('aes-256-gcm', key, file.nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(file.tag)
  try {
    return new Uint8Array(Buffer.concat([decipher.update(file.sealed_seed), decipher.final()]))
  } catch (error) {
    refuse('bad-input', `the passphrase does not open ${path} (or the file is damaged)`, error)
  }
}

async function deriveKey(
  passphrase: string,
  salt: Uint8Array,
  parameters: { cost: number; blockSize: number; parallelization: number },
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  // One text, one key, however the keyboard composes its accents.
  const normal = passphrase.normalize('NFKC')
  // OpenSSL counts a little more than scrypt's own 128 · cost · blockSize bytes.
  const maxmem = 2 * SCRYPT_MEMORY_BYTES_MAX
  scrypt(normal, salt, 32, { ...parameters, maxmem }, (error, key) => (error ? reject(error) : resolve(key)))
  return promise
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
