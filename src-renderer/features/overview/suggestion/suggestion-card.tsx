import { Button, CloseButton } from '@mantine/core'
import { IconBulb } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import type { Messages } from '#text'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useText } from '../../../state/text.tsx'
import { useDismissed } from './dismissed.ts'
import { suggest, type Suggestion } from './suggestion.ts'
import classes from './suggestion-card.module.css'

/** At most one thing to do next, which can be put away. */
export function SuggestionCard() {
  const text = useText().overview.suggestion
  const people = useNode((node) => node.people)
  const sharing = useNode((node) => node.sharing)
  const requests = useNode((node) => node.pairRequests)
  const isLoaded = useNode((node) => node.isLoaded)
  const [dismissed, dismiss] = useDismissed()
  const act = useActing()
  const suggestion = useMemo(() => {
    const incoming = requests
      .filter(({ direction }) => direction === 'incoming')
      .map(({ peer_id, name, short_name }) => ({ peer_id, name: name ?? short_name }))
    return suggest({ people: people.values(), sharing, incoming, dismissed })
  }, [people, sharing, requests, dismissed])
  if (!isLoaded || suggestion === undefined) return null
  const { words, action } = wordsOf(suggestion, text)
  return (
    <aside aria-label={text.label} className={classes['card']}>
      <IconBulb size={20} aria-hidden="true" className={classes['icon']} />
      <p className={classes['words']} dir="auto">
        {words}
      </p>
      <Button size="xs" variant="filled" onClick={() => act(suggestion)}>
        {action}
      </Button>
      <CloseButton aria-label={text.dismiss} title={text.dismiss} onClick={() => dismiss(suggestion.key)} />
    </aside>
  )
}

function wordsOf(
  suggestion: Suggestion,
  text: Messages['overview']['suggestion'],
): { readonly words: string; readonly action: string } {
  switch (suggestion.kind) {
    case 'answer-request':
      return { words: text.answer.text(suggestion.name, suggestion.more), action: text.answer.action }
    case 'pair':
      return { words: text.pair.text, action: text.pair.action }
    case 'share':
      return { words: text.share.text, action: text.share.action }
    case 'raise-trust':
      return { words: text.raise.text(suggestion.name), action: text.raise.action }
  }
}

/** Does what is suggested, or goes where it is done. */
function useActing(): (suggestion: Suggestion) => void {
  const text = useText().overview.suggestion
  const calls = useCalls()
  const run = useAction()
  const [, navigate] = useLocation()
  return (suggestion) => {
    switch (suggestion.kind) {
      case 'answer-request':
      case 'pair':
        navigate('/people')
        return
      case 'share':
        navigate('/sharing')
        return
      case 'raise-trust': {
        const { peer, name, trust } = suggestion
        void run(() => calls.people.setTrust({ peer_id: peer, trust }), { success: text.raise.raised(name) })
      }
    }
  }
}
