import type { Remembered } from './sharing-modes.ts'

/** In this window's own storage: the node keeps what is in force, and only that. */
const KEY = 'meshwork.sharing'

/** The settings of the modes that are not in force, as this window remembers them. */
export function rememberedSharing(): Remembered {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    // Only this program writes there, and the node parses whatever comes of it.
    return typeof stored === 'object' && stored !== null ? stored : {}
  } catch {
    return {}
  }
}

/** Remembers it for the next time. */
export function rememberSharing(remembered: Remembered): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(remembered))
  } catch {
    // Without storage, coming back to a mode begins anew.
  }
}
