import type { KindName } from '#contract'
import type { JobKind } from './job-kind.ts'
import { moduleKind } from './module/kind.ts'
import { otherKind } from './other/kind.ts'
import { renderKind } from './render/kind.ts'

/** Every kind of job in the window, by the name that facts have. A new kind is a folder and a line here. */
export const kinds: { readonly [K in KindName]: JobKind<K> } = {
  render: renderKind,
  module: moduleKind,
  other: otherKind,
}
