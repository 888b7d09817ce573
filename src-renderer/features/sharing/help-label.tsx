import { Tooltip, UnstyledButton } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useText } from '../../state/text.tsx'
import classes from './help-label.module.css'

/** A label with help, shown by pointing at the mark or by moving to it with Tab. */
export function HelpLabel({ label, help }: { readonly label: string; readonly help: string }) {
  const text = useText().sharing.rules
  return (
    <span>
      {label}
      <Tooltip label={help} events={{ hover: true, focus: true, touch: true }}>
        <UnstyledButton aria-label={text.about(label)} aria-description={help} className={classes['mark']}>
          <IconInfoCircle size={15} aria-hidden="true" />
        </UnstyledButton>
      </Tooltip>
    </span>
  )
}
