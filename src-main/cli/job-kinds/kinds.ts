import type { KindName } from '#contract'
import type { JobKind } from './job-kind.ts'
import { moduleKind } from './module/module-kind.ts'
import { otherKind } from './other.ts'
import { renderKind } from './render/render-kind.ts'

/** Every kind of job, in the order of the help. A new kind is a folder and a line here. */
export const kinds: { readonly [K in KindName]: JobKind<K> } = {
  module: moduleKind,
  render: renderKind,
  other: otherKind,
}
