import { SegmentedControl, Select, Switch } from '@mantine/core'
import type { Preferences, PreferencesChange } from '#contract'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useExpected } from '../../state/expected.ts'
import { useNode } from '../../state/node-store.ts'
import { useText } from '../../state/text.tsx'
import { Section } from '../../ui/layout/section.tsx'
import { SettingRow } from './setting-row.tsx'
import classes from './settings.module.css'

const THEMES = ['system', 'light', 'dark'] as const
const LANGUAGES = ['system', 'en', 'de'] as const

/** How the program looks and behaves, as the node remembers it for window, browser and tray. */
export function PreferenceSections({ preferences }: { readonly preferences: Preferences }) {
  const { looks, behaviour } = useText().settings
  const isOnDesktop = useNode((node) => node.host === 'desktop')
  const { shown, change } = useChange(preferences)
  return (
    <>
      <Section title={looks.title}>
        <div className={classes['rows']}>
          <SettingRow
            label={looks.theme}
            description={looks.themeText}
            control={(ids) => (
              <SegmentedControl
                {...ids}
                value={shown.theme}
                onChange={(theme) => change({ theme })}
                data={THEMES.map((value) => ({ value, label: looks.themes[value] }))}
              />
            )}
          />
          <SettingRow
            label={looks.language}
            description={looks.languageText}
            control={(ids) => (
              <Select
                {...ids}
                value={shown.language}
                onChange={(language) => {
                  if (language !== null) change({ language })
                }}
                data={LANGUAGES.map((value) => ({ value, label: looks.languages[value] }))}
              />
            )}
          />
        </div>
      </Section>
      <Section title={behaviour.title}>
        <div className={classes['rows']}>
          <SettingRow
            label={behaviour.notifications}
            description={behaviour.notificationsText}
            control={(ids) => (
              <Switch
                {...ids}
                checked={shown.notifications}
                onChange={(event) => change({ notifications: event.currentTarget.checked })}
              />
            )}
          />
          <SettingRow
            label={behaviour.showPictures}
            description={behaviour.showPicturesText}
            control={(ids) => (
              <Switch
                {...ids}
                checked={shown.show_pictures_to_helpers}
                onChange={(event) => change({ show_pictures_to_helpers: event.currentTarget.checked })}
              />
            )}
          />
          <SettingRow
            label={behaviour.startAtLogin}
            description={isOnDesktop ? behaviour.startAtLoginText : behaviour.startAtLoginBrowser}
            control={(ids) => (
              <Switch
                {...ids}
                disabled={!isOnDesktop}
                checked={isOnDesktop && shown.start_at_login}
                onChange={(event) => change({ start_at_login: event.currentTarget.checked })}
              />
            )}
          />
        </div>
      </Section>
    </>
  )
}

/** Changes preferences, shown at once and taken back when the node refuses. */
function useChange(preferences: Preferences) {
  const calls = useCalls()
  const run = useAction()
  const { shown, expect, drop } = useExpected(preferences)
  const change = (some: PreferencesChange) => {
    expect({ ...shown, ...some })
    void run(() => calls.preferences.set(some)).then((done) => {
      if (done === undefined) drop()
    })
  }
  return { shown, change }
}
