import type { z } from 'zod'

/** Small things that a peer remembers beside its journal: measured scores, choices of the user. JSON by key. */
export interface Settings {
  /** The value of a key; undefined when there is none, or one that no longer has the shape. */
  read<S extends z.ZodType>(key: string, schema: S): z.infer<S> | undefined
  write(key: string, value: unknown): void
}
