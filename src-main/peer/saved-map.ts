import { z } from 'zod'

/**
 * The schema of a map. Records hold it as its entries, in order; what is parsed of them is the map.
 *
 * @example
 * const Slice = z.object({ trust: mapOf(PeerId, Fraction) })
 */
export function mapOf<K extends z.ZodType, V extends z.ZodType>(key: K, value: V) {
  return z
    .array(z.tuple([key, value]))
    .transform((entries) => new Map(entries as [z.output<K>, z.output<V>][]))
}

/** A value with the entries of each map in its place, at any depth; the same value where there is none. */
export function withEntries(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (value instanceof Map)
    return Array.from(value as ReadonlyMap<unknown, unknown>, ([key, of]) => [key, withEntries(of)])
  if (Array.isArray(value)) {
    const items = value.map(withEntries)
    return items.some((item, at) => item !== value[at]) ? items : value
  }
  let changed: Record<string, unknown> | undefined
  for (const [name, field] of Object.entries(value)) {
    const held = withEntries(field)
    if (held !== field) (changed ??= { ...value })[name] = held
  }
  return changed ?? value
}
