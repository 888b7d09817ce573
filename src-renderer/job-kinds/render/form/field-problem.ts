import type { Messages } from '#text'
import type { Format } from '#text'
import type { FieldProblem } from './render-form.ts'

/** The problem of a field in words; undefined when there is none. */
export function problemText(
  problem: FieldProblem | undefined,
  text: Messages['jobKinds']['render'],
  format: Format,
): string | undefined {
  if (problem === undefined) return undefined
  switch (problem.kind) {
    case 'out-of-range':
      return text.problems['out-of-range'](format.number(problem.min), format.number(problem.max))
    case 'too-high':
    case 'too-many':
      return text.problems[problem.kind](format.number(problem.max))
    case 'not-a-frame':
    case 'backwards':
      return text.problems[problem.kind](problem.text)
    case 'in-the-past':
    case 'does-not-move':
      return text.problems[problem.kind]
  }
}
