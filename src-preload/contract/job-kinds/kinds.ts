import { moduleKind } from './module.ts'
import { otherKind } from './other.ts'
import { renderKind } from './render.ts'

/** Every kind of job, by the name that requests, facts and tables use. A new kind is a file and a line here. */
export const kinds = {
  render: renderKind,
  module: moduleKind,
  other: otherKind,
}
