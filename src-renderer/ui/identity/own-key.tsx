import { createContext, useContext } from 'react'
import { stableColor } from './stable-color.ts'

/** The key of whoever looks at this window; they are shown in the accent colour, which nobody else has. */
export const OwnKey = createContext<string | undefined>(undefined)

/** Everybody's colour by their key, as a CSS colour: the accent for whoever looks, a stable one for everybody else. */
export function useColorOf(): (key: string) => string {
  const own = useContext(OwnKey)
  return (key) => (key === own ? 'var(--accent)' : stableColor(key))
}
