import type { KeyKeeper } from '../../ports/key-keeper.ts'
import type { ElectronApi } from '../electron-api.ts'

/**
 * The system's keychain (Keychain, DPAPI, libsecret or KWallet) by Electron's safeStorage; undefined where there is
 * none: a Linux desktop without one has Electron "encrypt" with a well-known password, which protects nothing
 * that the key file's own permissions do not.
 */
export async function findKeychain(
  safeStorage: ElectronApi['safeStorage'],
  platform: NodeJS.Platform,
): Promise<KeyKeeper | undefined> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return undefined
  if (platform === 'linux' && ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend())) {
    return undefined
  }
  return {
    // It takes text only.
    seal: async (secret) => new Uint8Array(await safeStorage.encryptStringAsync(base64(secret))),
    open: async (sealed) => {
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(sealed))
      return new Uint8Array(Buffer.from(result, 'base64'))
    },
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
