/** The fragment by which a one-time link hands its session's key over: no request carries a fragment. */
const HANDED_OVER = /^#key=([A-Za-z0-9_-]{43})$/
const DATABASE = 'meshwork'
const STORE = 'session'
const KEY = 'key'
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const

/** Proves that a window is the one that opened the link; the cookie alone goes to every port of this machine. */
export interface SessionKey {
  /** The proof for a challenge; undefined in a browser that opened no link. */
  prove(challenge: string): Promise<string | undefined>
}

/**
 * The key of this browser's session. It lies in the page's own origin, port included, and cannot be read out again, not even
 * by this page: it signs, and that is all.
 */
export const browserKey: SessionKey = {
  async prove(challenge) {
    const key = await storedKey()
    if (key === undefined) return undefined
    const proof = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(challenge))
    return base64url(new Uint8Array(proof))
  },
}

/** Takes the key that a one-time link has just handed over out of the address, where there is one, and keeps it. */
export async function keepSessionKey({
  location,
  history,
}: Pick<Window, 'location' | 'history'>): Promise<void> {
  const [, handedOver] = HANDED_OVER.exec(location.hash) ?? []
  if (handedOver === undefined) return
  // First of all: an address may be copied, or stay in the history.
  history.replaceState(null, '', location.pathname)
  const key = await crypto.subtle.importKey('raw', bytesOf(handedOver), HMAC, false, ['sign'])
  try {
    await request('readwrite', (store) => store.put(key, KEY))
  } catch {
    // A browser that keeps nothing has no key: the window says that it is not let in, and how to get a link.
  }
}

async function storedKey(): Promise<CryptoKey | undefined> {
  try {
    const key = await request<unknown>('readonly', (store) => store.get(KEY))
    return key instanceof CryptoKey ? key : undefined
  } catch {
    return undefined
  }
}

/** One request to the one store, in a transaction of its own. */
function request<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
    opening.onerror = () => reject(opening.error ?? new Error('the browser keeps nothing'))
    opening.onsuccess = () => {
      const database = opening.result
      const transaction = database.transaction(STORE, mode)
      const asked = ask(transaction.objectStore(STORE))
      transaction.oncomplete = () => {
        database.close()
        resolve(asked.result)
      }
      transaction.onabort = () => {
        database.close()
        reject(transaction.error ?? new Error('the browser keeps nothing'))
      }
    }
  })
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
