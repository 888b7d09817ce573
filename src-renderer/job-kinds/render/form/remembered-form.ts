import { formFrom, keptForm, type RenderForm } from './render-form.ts'

const KEY = 'meshwork:render-form'

/** The form as the user left it last, on this machine. */
export function rememberedForm(): RenderForm {
  try {
    return formFrom(localStorage.getItem(KEY))
  } catch {
    // A browser that keeps nothing for this page.
    return formFrom(null)
  }
}

/** Remembers a form for the next time. */
export function rememberForm(form: RenderForm): void {
  try {
    localStorage.setItem(KEY, keptForm(form))
  } catch {
    // See above: the next form begins as the first did.
  }
}
