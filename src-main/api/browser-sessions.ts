import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { Settings } from '../ports/settings.ts'

/** Bytes of a link's token and of a session's: 256 bits. */
const TOKEN_BYTES = 32
/** A link is opened at once; one that is found later in a terminal's history opens nothing. */
export const LINK_VALID_MS = 10 * 60_000
/** Links that may be open at once. */
const LINKS_MAX = 16
/** A browser that was not here for so long asks for a new link. */
const SESSION_VALID_MS = 30 * 24 * 3_600_000
/** Browsers of one user; the oldest goes. */
const SESSIONS_MAX = 32
const SETTINGS_KEY = 'browser-sessions'

/** Sessions as they are remembered: digests only, so that the file opens no door. */
const Remembered = z.array(z.object({ digest: z.string(), expires_at_ms: z.number() })).max(SESSIONS_MAX)

/** Which browsers may use the API: those that opened a one-time link, for a month, across restarts. */
export interface BrowserSessions {
  /** A new one-time link's token. */
  issueLink(): { readonly token: string; readonly expiresAtMs: number }
  /** Uses a link up. @returns the new session's secret, or undefined for a link that is unknown, used or too old */
  openLink(token: string): { readonly secret: string; readonly maxAgeSeconds: number } | undefined
  /** Whether a session's secret is one of ours and still good. */
  isOpen(secret: string): boolean
}

/** Creates the sessions; those of earlier runs are remembered in the settings. */
export function createBrowserSessions(parts: {
  readonly clock: Clock
  readonly random: Random
  readonly settings: Settings
}): BrowserSessions {
  const { clock, random, settings } = parts
  /** Digest of each open link's token, and when it closes. */
  const links = new Map<string, number>()
  const sessions = new Map<string, number>()
  for (const { digest, expires_at_ms } of settings.read(SETTINGS_KEY, Remembered) ?? []) {
    sessions.set(digest, expires_at_ms)
  }

  const newSecret = (): string => Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')

  return {
    issueLink() {
      makeRoom(links, LINKS_MAX, clock.nowMs())
      const token = newSecret()
      const expiresAtMs = clock.nowMs() + LINK_VALID_MS
      links.set(digestOf(token), expiresAtMs)
      return { token, expiresAtMs }
    },
    openLink(token) {
      const digest = digestOf(token)
      const expiresAtMs = links.get(digest)
      links.delete(digest)
      const nowMs = clock.nowMs()
      if (expiresAtMs === undefined || expiresAtMs <= nowMs) return undefined
      makeRoom(sessions, SESSIONS_MAX, nowMs)
      const secret = newSecret()
      sessions.set(digestOf(secret), nowMs + SESSION_VALID_MS)
      const remembered = [...sessions].map(([key, expires_at_ms]) => ({ digest: key, expires_at_ms }))
      settings.write(SETTINGS_KEY, remembered)
      return { secret, maxAgeSeconds: SESSION_VALID_MS / 1_000 }
    },
    isOpen(secret) {
      // Looked up by digest: how long that takes says nothing about the secrets that are known.
      const expiresAtMs = sessions.get(digestOf(secret))
      return expiresAtMs !== undefined && expiresAtMs > clock.nowMs()
    },
  }
}

/** Drops what is over, and the oldest when there is no room for one more. */
function makeRoom(entries: Map<string, number>, max: number, nowMs: number): void {
  for (const [key, expiresAtMs] of entries) if (expiresAtMs <= nowMs) entries.delete(key)
  for (const key of entries.keys()) {
    if (entries.size < max) return
    entries.delete(key)
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
