import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { issueLine, usePlainIssues } from './plain-issues.ts'

const before = z.config()
beforeAll(usePlainIssues)
afterAll(() => void z.config(before))

/** The line that describes a schema's refusal of a value. */
function lineOf(schema: z.ZodType, value: unknown): string {
  const parsed = schema.safeParse(value)
  return parsed.success ? '' : issueLine(parsed.error.issues)
}

describe('[Y17] what is wrong with a value', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(3), 'a', 'must have at least 3 characters'],
    [z.string().max(500), 'x'.repeat(501), 'must have at most 500 characters'],
    [z.string(), 1, 'must be text'],
    [z.string(), undefined, 'is missing'],
    [z.number(), NaN, 'must be a number'],
    [z.number(), 'x', 'must be a number'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.number().min(0), -1, 'must be at least 0'],
    [z.number().positive(), 0, 'must be more than 0'],
    [z.number().max(10), 11, 'must be at most 10'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entries'],
    [z.enum(['png', 'exr']), 'gif', 'must be one of png, exr'],
    [z.literal('a'), 'b', 'must be a'],
    [z.strictObject({}), { evil: 1 }, 'has fields that are not known here: evil'],
    [z.union([z.string(), z.boolean()]), 1, 'is of none of the kinds that it may be of'],
    [z.url(), 'x', 'is not written as it must be'],
    [z.string().regex(/^a$/, 'a letter a'), 'b', 'a letter a'],
    [z.object({ deep: z.object({ n: z.number() }) }), { deep: { n: 'x' } }, 'deep.n: must be a number'],
  ])('%# is said in plain words', (schema, value, words) => {
    expect(lineOf(schema, value)).toBe(words)
  })

  it('quotes no more of a stranger’s names than a line has room for', () => {
    const value = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`${i}`.padEnd(5_000, 'x'), 1]))
    expect(lineOf(z.strictObject({}), value).length).toBeLessThan(1_000)
    expect(lineOf(z.record(z.string(), z.string()), value).length).toBeLessThan(1_000)
  })
})
