import type { Preferences } from '#contract'

type Appearance = Pick<Preferences, 'theme' | 'language'>

/** Read by public/appearance.js before the first paint. */
const THEME_KEY = 'meshwork.theme'
const LANGUAGE_KEY = 'meshwork.language'

/** How the window looked last; the node tells the truth a moment later. */
export function rememberedAppearance(): Appearance {
  return {
    theme: oneOf(stored(THEME_KEY), ['system', 'light', 'dark']),
    language: oneOf(stored(LANGUAGE_KEY), ['system', 'en', 'de']),
  }
}

/** Remembers how the window looks, for its next start. */
export function rememberAppearance({ theme, language }: Appearance): void {
  try {
    localStorage.setItem(THEME_KEY, theme)
    localStorage.setItem(LANGUAGE_KEY, language)
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
