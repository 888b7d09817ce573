import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'

/** Bytes of a link's token and of a session's: 256 bits. */
const TOKEN_BYTES = 32
/** A link is opened at once; one that is found later in a terminal's history opens nothing. */
export const LINK_VALID_MS = 10 * 60_000
/** Links that may be open at once. */
const LINKS_MAX = 16
/** A browser absent for this long must ask for a new link. */
const SESSION_VALID_MS = 30 * 24 * 3_600_000
/** Browsers of one user; the oldest goes. */
const SESSIONS_MAX = 32
const SETTINGS_KEY = 'browser-sessions'

/** A challenge is answered at once; one that is answered later was carried somewhere else. */
const CHALLENGE_VALID_MS = 30_000
/** Challenges that may wait for their answer: windows of all sessions that dial at once. */
const CHALLENGES_MAX = 256

/** Sessions as they are remembered: of the cookie a digest only, so that the file opens no door. */
const Remembered = z
  .array(z.object({ digest: z.string(), key: z.string(), expires_at_ms: z.number() }))
  .max(SESSIONS_MAX)

/** A session that was opened: both secrets are told once. */
export interface OpenedSession {
  /** For the cookie, which the browser sends to whatever listens on this machine. */
  readonly secret: string
  /** For the page alone, which proves with it that it is the one that opened the link. */
  readonly key: string
  readonly maxAgeSeconds: number
}

interface Session {
  readonly key: string
  readonly expiresAtMs: number
}

/** Which browsers may use the API: those that opened a one-time link, for a month, across restarts. */
export interface BrowserSessions {
  /** A new one-time link's token. */
  issueLink(): { readonly token: string; readonly expiresAtMs: number }
  /** Uses a link up. @returns the new session's secret, or undefined for a link that is unknown, used or too old */
  openLink(token: string): OpenedSession | undefined
  /** Whether a session's secret is one of ours and still good. */
  isOpen(secret: string): boolean
  /** Something new for a session's page to prove itself with; undefined where there is no such session. */
  challenge(secret: string): string | undefined
  /** Whether a challenge of the session was answered with its key, by a page at this `host:port`. Each counts once. */
  proves(secret: string, answer: ChallengeAnswer): boolean
}

/** A page's proof of itself: HMAC-SHA-256 by the session's key over `HOST:PORT CHALLENGE`, base64url. */
export interface ChallengeAnswer {
  readonly challenge: string
  readonly proof: string
  readonly host: string
}

/** Creates the sessions; those of earlier runs are remembered in the settings. */
export function createBrowserSessions(parts: {
  readonly clock: Clock
  readonly random: Random
  readonly settings: Settings
}): BrowserSessions {
  const { clock, random, settings } = parts
  /** Digest of each open link's token, and when it closes. */
  const links = new Map<string, { readonly expiresAtMs: number }>()
  const sessions = new Map<string, Session>()
  /** The session and the end of each challenge. */
  const challenges = new Map<string, { readonly session: Session; readonly expiresAtMs: number }>()
  for (const { digest, key, expires_at_ms } of settings.read(SETTINGS_KEY, Remembered) ?? []) {
    sessions.set(digest, { key, expiresAtMs: expires_at_ms })
  }

  const newSecret = (): string => Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')

  /** Looked up by digest: how long that takes says nothing about the secrets that are known. */
  function find(secret: string): Session | undefined {
    const session = sessions.get(digestOf(secret))
    return session !== undefined && session.expiresAtMs > clock.nowMs() ? session : undefined
  }

  return {
    issueLink() {
      makeRoom(links, LINKS_MAX, clock.nowMs())
      const token = newSecret()
      const expiresAtMs = clock.nowMs() + LINK_VALID_MS
      links.set(digestOf(token), { expiresAtMs })
      return { token, expiresAtMs }
    },
    openLink(token) {
      const digest = digestOf(token)
      const expiresAtMs = links.get(digest)?.expiresAtMs
      links.delete(digest)
      const nowMs = clock.nowMs()
      if (expiresAtMs === undefined || expiresAtMs <= nowMs) return undefined
      makeRoom(sessions, SESSIONS_MAX, nowMs)
      const [secret, key] = [newSecret(), newSecret()]
      sessions.set(digestOf(secret), { key, expiresAtMs: nowMs + SESSION_VALID_MS })
      const remembered = [...sessions].map(([of, session]) => ({
        digest: of,
        key: session.key,
        expires_at_ms: session.expiresAtMs,
      }))
      settings.write(SETTINGS_KEY, remembered)
      return { secret, key, maxAgeSeconds: SESSION_VALID_MS / 1_000 }
    },
    isOpen: (secret) => find(secret) !== undefined,
    challenge(secret) {
      const session = find(secret)
      if (session === undefined) return undefined
      const nowMs = clock.nowMs()
      makeRoom(challenges, CHALLENGES_MAX, nowMs)
      const challenge = newSecret()
      challenges.set(challenge, { session, expiresAtMs: nowMs + CHALLENGE_VALID_MS })
      return challenge
    },
    proves(secret, { challenge, proof, host }) {
      const session = find(secret)
      const asked = challenges.get(challenge)
      challenges.delete(challenge)
      if (session === undefined || asked?.session !== session || asked.expiresAtMs <= clock.nowMs())
        return false
      const hmac = createHmac('sha256', Buffer.from(session.key, 'base64url')).update(`${host} ${challenge}`)
      const given = Buffer.from(proof, 'base64url')
      const expected = hmac.digest()
      return given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
    },
  }
}

/** Drops what is over, and the oldest when there is no room for one more. */
function makeRoom(entries: Map<string, { readonly expiresAtMs: number }>, max: number, nowMs: number): void {
  for (const [key, { expiresAtMs }] of entries) if (expiresAtMs <= nowMs) entries.delete(key)
  for (const key of entries.keys()) {
    if (entries.size < max) return
    entries.delete(key)
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
