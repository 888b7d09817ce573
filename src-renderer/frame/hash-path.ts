import { useHashLocation } from 'wouter/use-hash-location'

/** The address behind the hash without what follows `?`: routes are of paths, and a screen reads its own query. */
function usePath(): ReturnType<typeof useHashLocation> {
  const [location, navigate] = useHashLocation()
  return [location.split('?')[0] ?? '/', navigate]
}

/** Where the router takes its location from; links name the hash. */
export const useHashPath = Object.assign(usePath, { hrefs: (href: string) => `#${href}` })
