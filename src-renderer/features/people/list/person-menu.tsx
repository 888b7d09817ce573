import { ActionIcon, Menu } from '@mantine/core'
import { IconBan, IconCopy, IconDots, IconUserMinus } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Person } from '#contract'
import { useText } from '../../../state/text.tsx'
import { useForgottenPeople } from './forgotten-people.tsx'

/** More actions on a person: copy the id, forget, block. */
export function PersonMenu({ person, onBlock }: { readonly person: Person; readonly onBlock: () => void }) {
  const text = useText().people
  // In a list of hundreds a menu is made when it is first wanted: until then there is only its button.
  const [isMade, setIsMade] = useState(false)
  const [isOpen, setIsOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)

  /** The menu's own button takes the place of the one that was pressed, and its focus, to which the menu returns. */
  function make(): void {
    flushSync(() => setIsMade(true))
    button.current?.focus()
    setIsOpen(true)
  }

  const label = text.more(person.name)
  if (!isMade) {
    return (
      <ActionIcon aria-label={label} aria-haspopup="menu" aria-expanded={false} onClick={make}>
        <IconDots size={18} aria-hidden="true" />
      </ActionIcon>
    )
  }
  return (
    <Menu opened={isOpen} onChange={setIsOpen}>
      <Menu.Target>
        <ActionIcon ref={button} aria-label={label}>
          <IconDots size={18} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Items person={person} onBlock={onBlock} />
    </Menu>
  )
}

function Items({ person, onBlock }: { readonly person: Person; readonly onBlock: () => void }) {
  const text = useText().people
  const { forget } = useForgottenPeople()
  return (
    <Menu.Dropdown>
      <Menu.Item
        leftSection={<IconCopy size={16} aria-hidden="true" />}
        onClick={() => void navigator.clipboard.writeText(person.peer_id)}
      >
        {text.copyId}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item leftSection={<IconUserMinus size={16} aria-hidden="true" />} onClick={() => forget(person)}>
        {text.forget.action}
      </Menu.Item>
      <Menu.Item color="bad" leftSection={<IconBan size={16} aria-hidden="true" />} onClick={onBlock}>
        {text.block.action}
      </Menu.Item>
    </Menu.Dropdown>
  )
}
