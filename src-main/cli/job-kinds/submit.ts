import type { KindName, SubmittedJob } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'

/** A request for a job of one kind; the contract has defaults for what is absent. */
export type RequestFor<K extends KindName> = Extract<
  Parameters<ApiCalls['jobs']['submit']>[0],
  { readonly kind: K }
>

/** The answer to such a request. */
type SubmittedAs<K extends KindName> = Extract<SubmittedJob, { readonly kind: K }>

/** Submits a job; the answer is of the same kind as the request. @throws what the call throws */
export async function submitOf<K extends KindName>(
  calls: Pick<ApiCalls, 'jobs'>,
  request: RequestFor<K>,
): Promise<SubmittedAs<K>> {
  const submitted = await calls.jobs.submit(request)
  if (!isOf(submitted, request.kind)) {
    throw new Error(`broken promise: a ${request.kind} was submitted, not a ${submitted.kind}`)
  }
  return submitted
}

function isOf<K extends KindName>(submitted: SubmittedJob, kind: K): submitted is SubmittedAs<K> {
  return submitted.kind === kind
}
