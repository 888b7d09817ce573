import { ActionIcon, Menu } from '@mantine/core'
import { IconBan, IconCopy, IconDots, IconUserMinus } from '@tabler/icons-react'
import { useState } from 'react'
import type { Person } from '#contract'
import { useText } from '../../state/text.tsx'
import { useForgottenPeople } from './forgotten-people.tsx'

/** What else can be done with somebody. */
export function PersonMenu({ person, onBlock }: { readonly person: Person; readonly onBlock: () => void }) {
  const text = useText().people
  // In a list of hundreds a menu is made when it is first wanted: until then there is only its button.
  const [isWanted, setIsWanted] = useState(false)
  const button = (
    <ActionIcon
      aria-label={text.more(person.name)}
      aria-haspopup="menu"
      {...(isWanted ? {} : { 'aria-expanded': false, onClick: () => setIsWanted(true) })}
    >
      <IconDots size={18} aria-hidden="true" />
    </ActionIcon>
  )
  return isWanted ? (
    <Menu defaultOpened>
      <Menu.Target>{button}</Menu.Target>
      <Items person={person} onBlock={onBlock} />
    </Menu>
  ) : (
    button
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
