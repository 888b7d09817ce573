/** The effect of a shortcut. */
export type ShortcutAction = { readonly kind: 'go'; readonly path: string } | { readonly kind: 'help' }

/** A first key waits so long for its second. */
const SECOND_KEY_WITHIN_MS = 1_500

/** The first key of those that go somewhere. */
export const GO_KEY = 'g'
/** The second keys, and where they go. */
export const GO_PATHS: ReadonlyMap<string, string> = new Map([
  ['o', '/'],
  ['j', '/jobs'],
  ['s', '/sharing'],
  ['p', '/people'],
  ['e', '/settings'],
])
/** Goes to a new render at once. */
export const NEW_KEY = 'n'
export const HELP_KEY = '?'

/** The keys that were pressed so far. */
export type KeySequence = { readonly key: string; readonly atMs: number } | undefined

/** The state after one more key, and the action that it triggers. */
export function pressKey(
  pending: KeySequence,
  key: string,
  atMs: number,
): { readonly pending: KeySequence; readonly action?: ShortcutAction } {
  const isSecond = pending?.key === GO_KEY && atMs - pending.atMs <= SECOND_KEY_WITHIN_MS
  const path = isSecond ? GO_PATHS.get(key) : undefined
  if (path !== undefined) return { pending: undefined, action: { kind: 'go', path } }
  if (key === GO_KEY) return { pending: { key, atMs } }
  if (key === HELP_KEY) return { pending: undefined, action: { kind: 'help' } }
  if (key === NEW_KEY) return { pending: undefined, action: { kind: 'go', path: '/jobs/new' } }
  return { pending: undefined }
}
