import { useState } from 'react'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useRefreshInfo } from '../../state/node-feed.tsx'
import { useNode } from '../../state/node-store.ts'

/** The name of this PC while it may be changed. */
export interface OwnName {
  /** As it stands in the field; undefined until the node has told it. */
  readonly shown: string | undefined
  readonly isEmpty: boolean
  write(name: string): void
  /** Tells the node, if the name was changed. @returns false for an empty name, and when it was not saved, which was said then */
  save(): Promise<boolean>
}

/** The name of this PC, and a draft of another. */
export function useOwnName(): OwnName {
  const calls = useCalls()
  const run = useAction()
  const refreshInfo = useRefreshInfo()
  const known = useNode((node) => node.info?.name)
  const [draft, setDraft] = useState<string>()
  const shown = draft ?? known
  const name = shown?.trim()
  return {
    shown,
    isEmpty: name === '',
    write: setDraft,
    async save() {
      if (name === undefined || name === known) return true
      if (name === '') return false
      if ((await run(() => calls.node.setName({ name }))) === undefined) return false
      await refreshInfo()
      setDraft(undefined)
      return true
    },
  }
}
