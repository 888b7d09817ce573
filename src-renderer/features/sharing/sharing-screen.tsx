import { useEffect, useEffectEvent, useState } from 'react'
import type { HardwareInfo, SharingInfo } from '#contract'
import { useCalls, useQuery } from '../../connection/calls.tsx'
import { useRefreshInfo } from '../../state/node-feed.tsx'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { FaultNotice } from '../../ui/notices/fault-notice.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { Section } from '../../ui/layout/section.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import { useNow } from '../../ui/use-now.ts'
import { ExceptionsSection } from './exceptions/exceptions-section.tsx'
import { LimitsSection } from './limits/limits-section.tsx'
import { ModeChoice } from './modes/mode-choice.tsx'
import { NowLine } from './now-line.tsx'
import { rememberedSharing, rememberSharing } from './modes/remembered-sharing.ts'
import { ResourceFields } from './resource-fields.tsx'
import { RulesSection } from './rules/rules-section.tsx'
import { SaveState } from './saving/save-state.tsx'
import { inMode, remembering, resourcesOf, withResources } from './modes/sharing-modes.ts'
import { zoneHere } from './clock/time-zone-field.tsx'
import { useSavedValue } from './saving/use-saved-value.ts'
import { WeekEditor } from './week/week-editor.tsx'
import { sharingSentence } from './week/week-text.ts'

/** As often as the line of the present moment could be seen to move. */
const NOW_EVERY_MS = 20_000

/** When and how this PC is shared: the week, what pauses it, and its limits. */
export function SharingScreen() {
  const text = useText()
  const told = useQuery('sharing', (calls, signal) => calls.sharing.get(undefined, { signal }))
  const hardware = useQuery('hardware', (calls, signal) => calls.hardware.get({}, { signal }))
  // The tray, another window or meshctl may have changed it.
  const sharingElsewhere = useNode((node) => node.info?.sharing)
  const refresh = useEffectEvent(() => {
    if (told.state === 'ready') told.refresh()
  })
  useEffect(() => refresh(), [sharingElsewhere])

  switch (told.state) {
    case 'loading':
      return (
        <Page title={text.frame.screens.sharing}>
          <SkeletonList rows={5} height={72} />
        </Page>
      )
    case 'failed':
      return (
        <Page title={text.frame.screens.sharing}>
          <FaultNotice message={told.message} onRetry={told.retry} />
        </Page>
      )
    case 'ready':
      return (
        <SharingEditor told={told.value} hardware={hardware.state === 'ready' ? hardware.value : undefined} />
      )
  }
}

function SharingEditor({
  told,
  hardware,
}: {
  readonly told: SharingInfo
  readonly hardware: HardwareInfo | undefined
}) {
  const messages = useText()
  const text = messages.sharing
  const format = useFormat()
  const calls = useCalls()
  const refreshInfo = useRefreshInfo()
  const nowMs = useNow(NOW_EVERY_MS)
  const algorithms = useNode((node) => node.info?.algorithms)
  const sharing = useSavedValue(told.sharing, async (value) => {
    await calls.node.setAvailability({ sharing: value })
    await refreshInfo()
  })
  const rules = useSavedValue(told.rules, (value) => calls.sharing.setRules({ rules: value }))
  const limits = useSavedValue(told.limits, (value) => calls.sharing.setLimits({ limits: value }))

  const { value } = sharing.state
  const [remembered, setRemembered] = useState(rememberedSharing)
  useEffect(() => {
    const next = remembering(rememberedSharing(), value)
    rememberSharing(next)
    setRemembered(next)
  }, [value])
  const resources = resourcesOf(value)
  const kinds = (algorithms ?? []).filter(({ supported }) => supported).map((one) => one.algorithm_id)

  return (
    <Page title={sharingSentence(messages, format, value, hardware?.cpu.cores)} description={<NowLine />}>
      <Section title={text.mode.title} isCard={false} actions={<SaveState saved={sharing} withUndo />}>
        <ModeChoice
          kind={value.kind}
          onMode={(mode) => sharing.edit(inMode(mode, value, remembered, { hardware, zone: zoneHere() }))}
        />
      </Section>
      {value.kind === 'week' && (
        <WeekEditor
          plan={value.plan}
          facts={{ hardware, kinds }}
          nowMs={nowMs}
          onPlan={(plan, editing) => sharing.edit({ kind: 'week', plan }, editing)}
          onUndo={sharing.undo}
          onRedo={sharing.redo}
        />
      )}
      {resources !== undefined && value.kind !== 'slots' && (
        <Section title={text.resources.title}>
          <ResourceFields
            value={resources}
            hardware={hardware}
            onChange={(next, editing) => sharing.edit(withResources(value, next), editing)}
          />
        </Section>
      )}
      {value.kind === 'week' && (
        <ExceptionsSection
          plan={value.plan}
          nowMs={nowMs}
          onPlan={(plan) => sharing.edit({ kind: 'week', plan })}
        />
      )}
      <RulesSection saved={rules} />
      <LimitsSection saved={limits} hardware={hardware} />
    </Page>
  )
}
