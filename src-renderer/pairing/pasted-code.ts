/** The text that was pasted into the field for a code. */
export type PastedCode =
  | { readonly kind: 'empty' }
  /** Text that holds no code, for instance the start of one. */
  | { readonly kind: 'no-code' }
  | { readonly kind: 'code'; readonly code: string }

/**
 * A code or link as `people.invite` writes it, wherever it stands in a message and wherever that was wrapped. Which
 * code is right, the peer finds out: it has a checksum.
 */
const CODE = /meshwork:(?:\/\/pair\/)?([1-9A-HJ-NP-Za-km-z]+)/
/** Without its beginning, when nothing else was pasted. */
const BARE_CODE = /^[1-9A-HJ-NP-Za-km-z]+$/
/** A key, a secret and a checksum alone are longer. */
const CODE_CHARS_MIN = 60

/** Finds the code in pasted text. */
export function readPastedCode(text: string): PastedCode {
  const compact = text.replace(/\s+/g, '')
  if (compact === '') return { kind: 'empty' }
  const bare = CODE.exec(compact)?.[1] ?? (BARE_CODE.test(compact) ? compact : '')
  return bare.length < CODE_CHARS_MIN ? { kind: 'no-code' } : { kind: 'code', code: `meshwork:${bare}` }
}

/** The code of a deep link's hash (`#/people?code=…`), decoded; empty without one. */
export function codeOfHash(hash: string): string {
  const query = hash.indexOf('?')
  return query < 0 ? '' : (new URLSearchParams(hash.slice(query + 1)).get('code') ?? '')
}
