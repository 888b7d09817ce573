/** The name by which a file is given that another refers to: as it is written, or percent-decoded. */
export function givenName(uri: string, given: { has(name: string): boolean }): string | undefined {
  return [uri, decoded(uri)].find((name) => given.has(name))
}

/** Whether a file that another refers to is given. */
export function isGiven(uri: string, given: { has(name: string): boolean }): boolean {
  return givenName(uri, given) !== undefined
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}
