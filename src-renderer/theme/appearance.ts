import type { Preferences } from '#contract'

/** The preferences that a window remembers, to begin as it ended. */
export type Appearance = Pick<Preferences, 'theme' | 'language' | 'first_start_done'>

/** Read by public/appearance.js before the first paint. */
const THEME_KEY = 'meshwork.theme'
const LANGUAGE_KEY = 'meshwork.language'
/** Set once the first start's cards are done; without it a new window does not know whether to show the frame. */
const STARTED_KEY = 'meshwork.started'

/** How the window looked last; the node tells the truth a moment later. */
export function rememberedAppearance(): Appearance {
  return {
    theme: oneOf(stored(THEME_KEY), ['system', 'light', 'dark']),
    language: oneOf(stored(LANGUAGE_KEY), ['system', 'en', 'de']),
    first_start_done: stored(STARTED_KEY) !== null,
  }
}

/** Remembers how the window looks, for its next start. */
export function rememberAppearance({ theme, language, first_start_done }: Appearance): void {
  try {
    localStorage.setItem(THEME_KEY, theme)
    localStorage.setItem(LANGUAGE_KEY, language)
    if (first_start_done) localStorage.setItem(STARTED_KEY, '1')
    else localStorage.removeItem(STARTED_KEY)
  } catch {
    // Without storage the next start begins with the system's.
  }
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function oneOf<T extends string>(value: string | null, options: readonly [T, ...T[]]): T {
  return options.find((option) => option === value) ?? options[0]
}
