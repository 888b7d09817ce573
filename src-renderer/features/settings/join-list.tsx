import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useId, useRef, useState, type RefObject, type SyntheticEvent } from 'react'
import { JOIN_ADDRESS_LENGTH_MAX, JOIN_THROUGH_MAX } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { faultText } from '../../connection/fault-text.ts'
import { useExpected } from '../../state/expected.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { offerUndo } from '../../ui/notices/undo-toast.tsx'
import classes from './network-section.module.css'

/** Between addresses, in which there is no such character. */
const BETWEEN = '\n'

/** An editable list of the peers through which this PC joins the network. */
export function JoinList({ addresses }: { readonly addresses: readonly string[] }) {
  const { join: words } = useText().settings.network
  const calls = useCalls()
  const run = useAction()
  const field = useRef<HTMLInputElement>(null)
  const [titleId, textId] = [useId(), useId()]
  // The list comes anew with all other news of the network; it is the same while it says the same.
  const { shown, expect, drop } = useExpected(addresses.join(BETWEEN))
  const list = shown === '' ? [] : shown.split(BETWEEN)

  const remove = (address: string) => {
    const others = list.filter((one) => one !== address)
    expect(others.join(BETWEEN))
    // The button that had the focus goes.
    field.current?.focus()
    void run(() => calls.node.setNetwork({ join_through: others })).then((done) => {
      if (done === undefined) drop()
      else offerUndo(words.removed, () => void run(() => putBack(address)))
    })
  }
  const putBack = async (address: string) => {
    const { reach } = await calls.node.info()
    await calls.node.setNetwork({ join_through: [...reach.join_through, address] })
  }
  return (
    <div className={classes['join']} role="group" aria-labelledby={titleId} aria-describedby={textId}>
      <div id={titleId} className={classes['label']}>
        {words.title}
      </div>
      <div id={textId} className={classes['dim']}>
        {words.text}
      </div>
      {list.length > 0 && (
        <ul className={classes['listed']}>
          {list.map((address) => (
            <li key={address}>
              <code>{address}</code>
              <ActionIcon variant="subtle" aria-label={words.remove(address)} onClick={() => remove(address)}>
                <IconX size={16} aria-hidden="true" />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <AddAddress list={list} field={field} />
    </div>
  )
}

function AddAddress({
  list,
  field,
}: {
  readonly list: readonly string[]
  readonly field: RefObject<HTMLInputElement | null>
}) {
  const text = useText()
  const { join: words } = text.settings.network
  const format = useFormat()
  const calls = useCalls()
  const [draft, setDraft] = useState('')
  const [problem, setProblem] = useState<string>()
  const [isAdding, setIsAdding] = useState(false)
  const address = draft.trim()

  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (address === '' || isAdding) return
    const refused = list.includes(address)
      ? words.listed
      : list.length >= JOIN_THROUGH_MAX
        ? words.full(format.number(JOIN_THROUGH_MAX))
        : undefined
    if (refused !== undefined) {
      setProblem(refused)
      return
    }
    setIsAdding(true)
    try {
      await calls.node.setNetwork({ join_through: [...list, address] })
      setDraft('')
    } catch (error) {
      // The problem is said at the field, where it is mended.
      setProblem(faultText(error, text))
    }
    setIsAdding(false)
    field.current?.focus()
  }
  return (
    <form className={classes['add']} onSubmit={(event) => void add(event)}>
      <TextInput
        ref={field}
        className={classes['draft'] ?? ''}
        aria-label={words.label}
        placeholder={words.placeholder}
        dir="ltr"
        spellCheck={false}
        autoComplete="off"
        value={draft}
        maxLength={JOIN_ADDRESS_LENGTH_MAX}
        error={problem}
        onChange={(event) => {
          setDraft(event.currentTarget.value)
          setProblem(undefined)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setDraft('')
          setProblem(undefined)
        }}
      />
      <Button type="submit" disabled={address === ''} loading={isAdding}>
        {words.add}
      </Button>
    </form>
  )
}
