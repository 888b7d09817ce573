import { z } from 'zod'

/** Words for the types that a value may have to be of. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a date',
  null: 'null',
}
/** Values or names that a line lists; a longer list is not read. */
const LISTED_MAX = 12
/** Characters of a name that came from outside. */
const NAME_LENGTH_MAX = 60

/**
 * Makes every schema of this process report wrong values in plain words, as the end of a sentence that begins with the
 * value's name: `must have at most 500 characters`. A schema's own words stay. To be called once where a program
 * starts; calling it again changes nothing.
 */
export function usePlainIssues(): void {
  z.config({ localeError: plainIssue })
}

/**
 * Describes a wrong value in one line that begins with its name.
 *
 * @param issues of a failed parse; the first one counts
 * @param nameOf how a user calls a field, by its path
 */
export function issueLine(
  issues: readonly { readonly path?: readonly unknown[] | undefined; readonly message: string }[],
  nameOf: (path: readonly string[]) => string = (path) => path.join('.'),
): string {
  const [issue] = issues
  if (issue === undefined) return 'not understood'
  const name = nameOf((issue.path ?? []).map((key) => String(key).slice(0, NAME_LENGTH_MAX)))
  return name === '' ? issue.message : `${name}: ${issue.message}`
}

/** One issue in plain words. @param issue as zod has it, before it has a message */
export function plainIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'too_big':
      return `must ${bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'must not be empty'
      return `must ${bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'unrecognized_keys':
      return `has fields that are not known here: ${listed(issue.keys)}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${listed(issue.values.map(String))}`
    case 'invalid_union':
      return 'is of none of the kinds that it may be of'
    case 'invalid_key':
      return 'has a name that is not allowed'
    case 'invalid_element':
      return 'has an entry that is not allowed'
    case 'invalid_format':
      return 'is not written as it must be'
    default:
      return 'is not allowed'
  }
}

/** A bound in words: of characters for text, of entries for lists, else of the number itself. */
function bound(origin: string, how: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${how} ${limit} characters`
  if (origin === 'array' || origin === 'set' || origin === 'map') return `have ${how} ${limit} entries`
  return `be ${how} ${limit}`
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, LISTED_MAX).map((value) => value.slice(0, NAME_LENGTH_MAX))
  return shown.join(', ') + (values.length > LISTED_MAX ? ', …' : '')
}
