import { useSyncExternalStore } from 'react'
import { useLocation } from 'wouter'
import { codeOfHash } from '../../../pairing/pasted-code.ts'

/** The code of a deep link that opened this screen (`#/people?code=…`), and a function that lets go of it. */
export function useLinkedCode(): readonly [string, () => void] {
  const [, navigate] = useLocation()
  const code = useSyncExternalStore(subscribe, () => codeOfHash(window.location.hash))
  return [
    code,
    () => {
      if (code !== '') navigate('/people', { replace: true })
    },
  ]
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}
