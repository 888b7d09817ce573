import type { Fault, JobSummary, KindName } from '#contract'
import type { Messages } from '#text'
import type { AnyJobKind, JobForm, JobKind, KindSpeed, KindWords } from './job-kind.ts'
import * as listed from './kinds.ts'

/** A kind that is missing, or of another contract, is a type error here. */
const kinds: { readonly [K in KindName]: JobKind<K> } = listed

/** All kinds, in the order of the table. */
export const allKinds: readonly AnyJobKind[] = Object.values(kinds)

/** The kind of a job, by its facts; `other` for a kind that this version does not know. */
export function kindOf<K extends KindName>(facts: { readonly kind: K }): JobKind<K> {
  // A node of another version may send a name that the types do not have. `other` reads no facts.
  return Object.hasOwn(kinds, facts.kind) ? kinds[facts.kind] : (kinds.other as AnyJobKind as JobKind<K>)
}

/** The kind whose jobs an algorithm computes; `other` for an unknown one. */
export function kindOfAlgorithm(algorithmId: string): AnyJobKind {
  return allKinds.find(({ algorithms }) => algorithms.includes(algorithmId)) ?? kinds.other
}

/** The words of an algorithm's kind. */
export function algorithmWords(algorithmId: string, text: Messages): KindWords {
  return kindOfAlgorithm(algorithmId).words(text, algorithmId)
}

/** The words of a job's kind. */
export function wordsOf({ facts, algorithm }: JobSummary, text: Messages): KindWords {
  return kindOf(facts).words(text, algorithm.id)
}

/** Sentences for the faults of a job's units, by the fault's kind; the kind of the job may say them better. */
export function faultWords(job: JobSummary, text: Messages): Partial<Record<Fault['kind'], string>> {
  return { ...text.jobs.faults, ...wordsOf(job, text).faults }
}

/** A form that is offered, and what it is the form of. */
export interface ShownForm {
  readonly name: string
  readonly kind: AnyJobKind
  readonly form: JobForm
}

/** The forms for new jobs that this build offers: those for users, then those for development. */
export function shownForms(isDevelopment = import.meta.env.MODE === 'development'): readonly ShownForm[] {
  const forms = Object.entries<AnyJobKind>(kinds).flatMap(([name, kind]) =>
    kind.form === undefined ? [] : [{ name, kind, form: kind.form }],
  )
  const forUsers = forms.filter(({ form }) => form.isForDevelopment !== true)
  const forDevelopment = forms.filter(({ form }) => form.isForDevelopment === true)
  return isDevelopment ? [...forUsers, ...forDevelopment] : forUsers
}

/** The only form that is offered; undefined where there is a choice or none. */
export function onlyForm(): JobForm | undefined {
  const forms = shownForms()
  return forms.length === 1 ? forms[0]?.form : undefined
}

/** The kind by which the speed of a PC is told. */
export function measuredKind(): { readonly algorithms: readonly string[]; readonly speed: KindSpeed } {
  const measured = allKinds.flatMap(({ algorithms, speed }) =>
    speed === undefined ? [] : [{ algorithms, speed }],
  )
  const [first] = measured
  if (first === undefined) throw new Error('broken promise: there is a kind that tells the speed of a PC')
  return first
}
