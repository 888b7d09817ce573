import type { KindName } from '#contract'
import type { JobKind, JobKindOptions } from './job-kind.ts'
import { createModuleKind } from './module/module-kind.ts'
import { createOtherKind } from './other/other-kind.ts'
import { createRenderKind } from './render/render-kind.ts'

/** Every kind of job. A new kind is a folder and a line here. */
export const kinds = {
  render: createRenderKind,
  module: createModuleKind,
  other: createOtherKind,
} satisfies { readonly [K in KindName]: (options: JobKindOptions) => JobKind<K> }
