import { createContext, useContext } from 'react'
import { stableColor } from './stable-color.ts'

/** The key of this PC's user, who is shown in the accent colour; no other person has it. */
export const OwnKey = createContext<string | undefined>(undefined)

/** A person's CSS colour by their key: the accent for this PC's user, a stable colour for each other person. */
export function useColorOf(): (key: string) => string {
  const own = useContext(OwnKey)
  return (key) => (key === own ? 'var(--accent)' : stableColor(key))
}
