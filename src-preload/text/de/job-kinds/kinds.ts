import type { jobKinds as english } from '../../en/job-kinds/kinds.ts'
import { module } from './module.ts'
import { other } from './other.ts'
import { render } from './render.ts'

/** Words that only one kind of job needs, in German, by the kind's name. */
export const jobKinds: typeof english = {
  render,
  module,
  other,
}
