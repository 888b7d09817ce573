import type { Language } from './language.ts'

/**
 * The form of a counted noun, by the language's own rules.
 *
 * @example plural('en', 2, { one: 'unit', other: 'units' }) // 'units'
 */
export function plural(
  language: Language,
  count: number,
  forms: { readonly one: string; readonly other: string },
): string {
  return new Intl.PluralRules(language).select(count) === 'one' ? forms.one : forms.other
}
