import { module } from './module.ts'
import { other } from './other.ts'
import { render } from './render.ts'

/** Words that only one kind of job needs, in English, by the kind's name. */
export const jobKinds = {
  render,
  module,
  other,
}
