import { z } from 'zod'
import * as kinds from './kinds.ts'

type Kinds = typeof kinds

/** The name of a kind of job. */
export type KindName = keyof Kinds

/** A request, the answer to one, and the facts of a job, of one kind. */
export type RequestOf<K extends KindName> = z.infer<Kinds[K]['Request']>
export type SubmittedOf<K extends KindName> = z.infer<Kinds[K]['Submitted']>
export type FactsOf<K extends KindName> = z.infer<Kinds[K]['Facts']>

const all = Object.values(kinds)

/** A job of any kind to be submitted. */
export const JobRequest = z.discriminatedUnion('kind', options(all.map(({ Request }) => Request)))
export type JobRequest = z.infer<typeof JobRequest>

/** A job of any kind that was accepted. */
export const SubmittedJob = z.discriminatedUnion('kind', options(all.map(({ Submitted }) => Submitted)))
export type SubmittedJob = z.infer<typeof SubmittedJob>

/** The answer to a request of one kind. @throws when the peer answered as to another, which breaks the contract */
export function submittedAs<K extends KindName>(kind: K, answer: SubmittedJob): SubmittedOf<K> {
  if (answer.kind !== kind) throw new Error(`broken promise: a ${kind} was submitted as ${answer.kind}`)
  return answer as SubmittedOf<K>
}

/** The facts that only jobs of one kind have. */
export const JobFacts = z.discriminatedUnion('kind', options(all.map(({ Facts }) => Facts)))
export type JobFacts = z.infer<typeof JobFacts>

/** The options of a union: at least one, as zod's type requires. */
function options<T>(list: readonly T[]): [T, ...T[]] {
  const [first, ...others] = list
  if (first === undefined) throw new Error('broken promise: there is a kind of job')
  return [first, ...others]
}

/** The kinds that have calls of their own, with these calls. */
type KindCalls = {
  readonly [K in KindName as Kinds[K] extends { calls: object } ? K : never]: CallsOf<Kinds[K]>
}
type CallsOf<T> = T extends { readonly calls: infer Calls } ? Calls : never

/** Calls on jobs of one kind alone, by the kind's name. */
export const kindCalls = Object.fromEntries(
  Object.entries(kinds).flatMap(([name, kind]) => ('calls' in kind ? [[name, kind.calls]] : [])),
) as unknown as KindCalls
