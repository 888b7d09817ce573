import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { bestLanguage, createFormat, loadMessages, type Format, type Language, type Messages } from '#text'

interface Spoken {
  readonly messages: Messages
  readonly format: Format
}

const TextContext = createContext<Spoken | undefined>(undefined)

/** The language that a preference means on this machine. */
export function languageOf(preference: Language | 'system'): Language {
  return preference === 'system' ? bestLanguage(navigator.languages) : preference
}

/** Gives a language's catalogue to everything inside; while another one loads, the one before stays. */
export function TextProvider({
  language,
  initial,
  children,
}: {
  readonly language: Language
  /** A catalogue that is loaded already, so that nothing waits at the start. */
  readonly initial: { readonly language: Language; readonly messages: Messages }
  readonly children: ReactNode
}) {
  const [loaded, setLoaded] = useState(initial)
  useEffect(() => {
    if (loaded.language === language) return undefined
    let isCurrent = true
    void loadMessages(language).then((messages) => {
      if (isCurrent) setLoaded({ language, messages })
    })
    return () => {
      isCurrent = false
    }
  }, [language, loaded.language])
  useEffect(() => {
    document.documentElement.lang = loaded.language
  }, [loaded.language])
  const spoken = useMemo(
    () => ({ messages: loaded.messages, format: createFormat(loaded.language) }),
    [loaded],
  )
  return <TextContext value={spoken}>{children}</TextContext>
}

function useSpoken(): Spoken {
  const spoken = use(TextContext)
  if (spoken === undefined) throw new Error('broken promise: text is used inside TextProvider')
  return spoken
}

/** The catalogue of messages in the user's language. */
export function useText(): Messages {
  return useSpoken().messages
}

/** Writes figures and times as the user's language does. */
export function useFormat(): Format {
  return useSpoken().format
}
