import { Suspense, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { pressKey, type KeySequence } from './key-sequence.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const ShortcutList = lazyPart(async () => (await import('./shortcut-list.tsx')).ShortcutList)

/** Keyboard shortcuts; inactive in text fields, menus, lists, grids and dialogs. */
export function Shortcuts() {
  const [, navigate] = useLocation()
  const [isListOpen, setIsListOpen] = useState(false)
  const pending = useRef<KeySequence>(undefined)
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target))
      return
    const { pending: next, action } = pressKey(pending.current, event.key, event.timeStamp)
    pending.current = next
    if (action === undefined) return
    event.preventDefault()
    if (action.kind === 'go') navigate(action.path)
    else setIsListOpen(true)
  })
  useEffect(() => {
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  return (
    isListOpen && (
      <Suspense>
        <ShortcutList onClose={() => setIsListOpen(false)} />
      </Suspense>
    )
  )
}

/** Whether keys at this place mean something else: typing, choosing in a list, an open dialog. */
function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.closest(
      'input, textarea, select, [role="dialog"], [role="menu"], [role="listbox"], [role="grid"]',
    ) !== null
  )
}
