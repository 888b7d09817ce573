import { moduleRules } from '../../protocol/job-kinds/module.ts'
import { refuse } from '../../protocol/fault.ts'
import type { JobKind, JobKindOptions } from '../job-kind.ts'
import { createModuleSubmissions } from './submission.ts'

/** Jobs that run a stranger's module once a unit. */
export function createModuleKind({ dependencies, joined }: JobKindOptions): JobKind<'module'> {
  const submissions = createModuleSubmissions(dependencies)
  return {
    algorithmId: moduleRules.id,
    submit: (request, signal) => submissions.submit(request, signal),
    facts: () => ({ kind: 'module' }),
    async result(job, format) {
      if (format !== undefined) refuse('bad-input', 'the result of a module has no formats')
      return joined.result(job)
    },
  }
}
