import { useNow } from '../../ui/use-now.ts'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { Section } from '../../ui/layout/section.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import { AboutSection } from './about-section.tsx'
import { HardwareSections } from './hardware-sections.tsx'
import { NameRow } from './name-row.tsx'
import { NetworkSection } from './network-section.tsx'
import { PreferenceSections } from './preference-rows.tsx'
import { StopSection } from './stop-section.tsx'
import classes from './settings.module.css'

/** How long the PC has been running is told anew so often. */
const TITLE_EVERY_MS = 10_000

/** How the program behaves on this PC, and what this PC is. */
export function SettingsScreen() {
  const { settings } = useText()
  const format = useFormat()
  const info = useNode((node) => node.info)
  const preferences = useNode((node) => node.preferences)
  const nowMs = useNow(TITLE_EVERY_MS)
  if (info === undefined)
    return (
      <Page title={settings.titleUnknown}>
        <SkeletonList rows={4} height={104} />
      </Page>
    )
  return (
    <Page title={settings.title(info.name, format.duration(Math.max(0, nowMs - info.started_at_ms)))}>
      <div className={classes['column']}>
        <Section title={settings.general}>
          <div className={classes['rows']}>
            <NameRow info={info} />
          </div>
        </Section>
        {preferences !== undefined && <PreferenceSections preferences={preferences} />}
        <NetworkSection info={info} />
        <HardwareSections info={info} />
        <AboutSection info={info} />
        <StopSection />
      </div>
    </Page>
  )
}
