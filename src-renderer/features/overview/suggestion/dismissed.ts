import { useState } from 'react'

const STORED_AS = 'meshwork.dismissed-suggestions'
/** Older ones may come again. */
const REMEMBERED_MAX = 100

/** Suggestions and notices that the user does not want to see again, remembered by this browser or window. */
export function useDismissed(): readonly [ReadonlySet<string>, (key: string) => void] {
  const [dismissed, setDismissed] = useState(readDismissed)
  return [
    dismissed,
    (key) => {
      // Another notice of this window may have remembered something since.
      const keys = [...new Set([...readDismissed(), ...dismissed, key])].slice(-REMEMBERED_MAX)
      setDismissed(new Set(keys))
      try {
        localStorage.setItem(STORED_AS, JSON.stringify(keys))
      } catch {
        // Without storage it is remembered until the window closes.
      }
    },
  ]
}

function readDismissed(): ReadonlySet<string> {
  try {
    const keys: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]')
    return new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [])
  } catch {
    return new Set()
  }
}
