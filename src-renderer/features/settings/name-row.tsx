import { useState, type SyntheticEvent } from 'react'
import { Button, TextInput } from '@mantine/core'
import { NAME_LENGTH_MAX, type NodeInfo } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useRefreshInfo } from '../../state/node-feed.tsx'
import { useText } from '../../state/text.tsx'
import { SettingRow } from './setting-row.tsx'
import classes from './settings.module.css'

/** The name of this PC; the button is there while there is something to save. */
export function NameRow({ info }: { readonly info: NodeInfo }) {
  const text = useText()
  const { name: words } = text.settings
  const calls = useCalls()
  const run = useAction()
  const refreshInfo = useRefreshInfo()
  /** The text that is being typed; undefined while the field shows the node's name. */
  const [draft, setDraft] = useState<string>()
  const [isSaving, setIsSaving] = useState(false)
  const name = draft?.trim() ?? info.name
  const isChanged = name !== info.name

  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!isChanged || name === '') return
    setIsSaving(true)
    const done = await run(() => calls.node.setName({ name }), { success: words.saved })
    await refreshInfo()
    setIsSaving(false)
    if (done !== undefined) setDraft(undefined)
  }
  return (
    <SettingRow
      label={words.title}
      description={words.text}
      control={(ids) => (
        <form onSubmit={(event) => void save(event)}>
          <TextInput
            {...ids}
            className={classes['name'] ?? ''}
            dir="auto"
            value={draft ?? info.name}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setDraft(undefined)
            }}
            placeholder={words.placeholder}
            maxLength={NAME_LENGTH_MAX}
            error={name === '' ? words.empty : undefined}
            rightSectionWidth="auto"
            rightSection={
              isChanged &&
              name !== '' && (
                <Button type="submit" size="compact-sm" variant="filled" mr={6} loading={isSaving}>
                  {text.frame.common.save}
                </Button>
              )
            }
          />
        </form>
      )}
    />
  )
}
