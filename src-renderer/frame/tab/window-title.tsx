import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { screenAt } from '../screens.tsx'
import { doneIcon, progressIcon } from './tab-icon.ts'
import { useTabState, type TabState } from './tab-state.ts'

/**
 * The window's title and icon: how far the newest own job is, then that it is done, until the window is looked at. Else
 * the title is the screen and the PC's name.
 */
export function WindowTitle() {
  const text = useText().frame
  const format = useFormat()
  const name = useNode((node) => node.info?.name)
  const screen = screenAt(useLocation()[0])
  const tab = useTabState()
  useTabIcon(iconOf(tab))
  const parts =
    tab.kind === 'running'
      ? [format.percent(tab.fraction), tab.name]
      : tab.kind === 'done'
        ? [text.tabDone, tab.name]
        : [screen && text.screens[screen], name]
  return <title>{[...parts, text.appName].filter(Boolean).join(' · ')}</title>
}

function iconOf(tab: TabState): string | undefined {
  switch (tab.kind) {
    case 'running':
      return progressIcon(tab.fraction)
    case 'done':
      return doneIcon()
    case 'quiet':
      return undefined
  }
}

/** Puts an icon in the place of the page's own, which comes back after it. */
function useTabIcon(icon: string | undefined): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (link === null || icon === undefined) return undefined
    const own = link.href
    link.href = icon
    return () => {
      link.href = own
    }
  }, [icon])
}
