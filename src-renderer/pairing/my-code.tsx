import { Button, CopyButton, Skeleton } from '@mantine/core'
import { IconCheck, IconCopy, IconLink, IconRefresh } from '@tabler/icons-react'
import type { InviteCode } from '#contract'
import { useFormat, useText } from '../state/text.tsx'
import { FaultNotice } from '../ui/notices/fault-notice.tsx'
import { QrCode } from '../ui/qr-code/qr-code.tsx'
import { useMyInvite } from './my-invite.ts'
import classes from './my-code.module.css'

/** This user's invitation code as a QR code, as text and as a link. */
export function MyCode() {
  const text = useText().people.mine
  const mine = useMyInvite()
  if (mine.state === 'failed') return <FaultNotice message={mine.message} onRetry={mine.renew} />
  return (
    <div className={classes['mine']}>
      <p className={classes['hint']}>{text.hint}</p>
      {mine.state === 'making' ? (
        <div role="status" className={classes['both']}>
          <span className="visually-hidden">{text.making}</span>
          <Skeleton className={classes['qr'] ?? ''} />
          <Skeleton className={classes['words'] ?? ''} height={132} />
        </div>
      ) : mine.standing === 'good' ? (
        <GoodCode invite={mine.invite} renew={mine.renew} />
      ) : (
        <div className={classes['over']}>
          <p>{mine.standing === 'used' ? text.used : text.expired}</p>
          <Button leftSection={<IconRefresh size={16} aria-hidden="true" />} onClick={mine.renew}>
            {text.renew}
          </Button>
        </div>
      )}
    </div>
  )
}

function GoodCode({ invite, renew }: { readonly invite: InviteCode; readonly renew: () => void }) {
  const text = useText().people.mine
  const format = useFormat()
  return (
    <div className={classes['both']}>
      <div className={classes['qr']}>
        <QrCode text={invite.link} label={text.qr} />
      </div>
      <div className={classes['words']}>
        <p
          className={classes['code']}
          tabIndex={0}
          role="textbox"
          aria-readonly="true"
          aria-multiline="true"
          aria-label={text.code}
        >
          {invite.code}
        </p>
        <div className={classes['actions']}>
          <Copy value={invite.code} label={text.copyCode} icon={<IconCopy size={16} aria-hidden="true" />} />
          <Copy value={invite.link} label={text.copyLink} icon={<IconLink size={16} aria-hidden="true" />} />
        </div>
        <p className={classes['expiry']}>
          <span>{text.goodUntil(format.time(invite.expires_at_ms))}</span>
          <Button variant="subtle" size="compact-xs" className={classes['renew'] ?? ''} onClick={renew}>
            {text.renew}
          </Button>
        </p>
      </div>
    </div>
  )
}

function Copy({
  value,
  label,
  icon,
}: {
  readonly value: string
  readonly label: string
  readonly icon: React.ReactNode
}) {
  const text = useText().people.mine
  return (
    <CopyButton value={value} timeout={2_000}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          onClick={copy}
          leftSection={copied ? <IconCheck size={16} aria-hidden="true" /> : icon}
        >
          <span aria-live="polite">{copied ? text.copied : label}</span>
        </Button>
      )}
    </CopyButton>
  )
}
