import type { Person } from '#contract'

/** The orders in which people may be sorted. */
export const PEOPLE_ORDERS = ['name', 'trust', 'seen', 'helped'] as const
export type PeopleOrder = (typeof PEOPLE_ORDERS)[number]

type Orderable = Pick<
  Person,
  'peer_id' | 'name' | 'short_name' | 'trust_mine' | 'connected' | 'last_seen_ms' | 'verified'
>

/**
 * Those whose name, short name or id holds the words searched for, whatever their accents and case, in an order that
 * is total: equal people go by name, then by id.
 */
export function arrangePeople<P extends Orderable>(
  people: readonly P[],
  wanted: { readonly search: string; readonly order: PeopleOrder; readonly language: string },
): P[] {
  const words = plain(wanted.search).split(/\s+/).filter(Boolean)
  const { compare } = new Intl.Collator(wanted.language, { sensitivity: 'base', numeric: true })
  return people
    .filter((person) => {
      const text = plain(`${person.name} ${person.short_name} ${person.peer_id}`)
      return words.every((word) => text.includes(word))
    })
    .sort(
      (a, b) =>
        rank(b, wanted.order) - rank(a, wanted.order) ||
        compare(a.name, b.name) ||
        (a.peer_id < b.peer_id ? -1 : 1),
    )
}

/** Names that more than one person has, as `sharedNameKey` writes them. */
export function sharedNames(people: Iterable<Pick<Person, 'name'>>): ReadonlySet<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { name } of people) {
    const key = sharedNameKey(name)
    if (seen.has(key)) twice.add(key)
    seen.add(key)
  }
  return twice
}

/** Names that look alike have the same key. */
export function sharedNameKey(name: string): string {
  return plain(name).replace(/\s+/g, ' ').trim()
}

/** A higher rank is further up; by name all ranks are equal. */
function rank(person: Orderable, order: PeopleOrder): number {
  switch (order) {
    case 'name':
      return 0
    case 'trust':
      return person.trust_mine
    case 'seen':
      return person.connected ? Number.MAX_SAFE_INTEGER : (person.last_seen_ms ?? 0)
    case 'helped':
      return person.verified
  }
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
}
