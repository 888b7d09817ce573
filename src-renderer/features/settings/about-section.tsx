import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { NodeInfo } from '#contract'
import { useText } from '../../state/text.tsx'
import { Facts } from '../../ui/layout/facts.tsx'
import { Section } from '../../ui/layout/section.tsx'
import classes from './settings.module.css'

/** Version and licence of the program, and the identity of this PC. */
export function AboutSection({ info }: { readonly info: NodeInfo }) {
  const text = useText()
  const { about } = text.settings
  return (
    <Section title={about.title}>
      <Facts
        facts={[
          { name: about.version, value: info.version },
          { name: about.licence, value: about.licenceText },
          { name: about.shortName, value: info.short_name },
          { name: about.key, value: <Key peerId={info.peer_id} />, more: about.keyText },
        ]}
      />
    </Section>
  )
}

function Key({ peerId }: { readonly peerId: string }) {
  const text = useText()
  return (
    <div className={classes['key']}>
      <code>{peerId}</code>
      <CopyButton value={peerId}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? text.frame.common.copied : text.settings.about.copyKey}>
            <ActionIcon onClick={copy} size="md" aria-label={text.settings.about.copyKey}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  )
}
