import { useEffect } from 'react'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { Router } from 'wouter'
import type { Language, Messages } from '#text'
import { CallsProvider } from './connection/calls.tsx'
import type { Connection } from './connection/connection.ts'
import { Frame } from './frame/frame.tsx'
import { useHashPath } from './frame/hash-path.ts'
import { LookingProvider } from './state/looking.tsx'
import { NodeFeed } from './state/node-feed.tsx'
import { NodeStoreContext, useNode, type NodeStore } from './state/node-store.ts'
import { languageOf, TextProvider } from './state/text.tsx'
import { rememberAppearance, type Appearance } from './theme/appearance.ts'
import { useSystemDark } from './theme/system-dark.ts'
import { cssVariables, theme } from './theme/theme.ts'

/** The parts that the window is made of. */
interface AppProps {
  readonly connection: Connection
  readonly store: NodeStore
  /** How the window looked last. */
  readonly appearance: Appearance
  readonly spoken: { readonly language: Language; readonly messages: Messages }
  /** Of this page's content security policy, for the component library's own styles. */
  readonly nonce: string
}

/** The whole window. */
export function App(props: AppProps) {
  return (
    <NodeStoreContext value={props.store}>
      <CallsProvider calls={props.connection.calls}>
        <Looks {...props} />
      </CallsProvider>
    </NodeStoreContext>
  )
}

/** Theme and language, as the node's preferences say; as remembered until it has spoken. */
function Looks({ appearance, spoken, nonce, connection }: AppProps) {
  const preferences = useNode((node) => node.preferences)
  const looks = preferences ?? appearance
  useEffect(() => {
    if (preferences !== undefined) rememberAppearance(preferences)
  }, [preferences])
  const isDark = useSystemDark()
  const scheme = looks.theme === 'system' ? (isDark ? 'dark' : 'light') : looks.theme
  return (
    <TextProvider language={languageOf(looks.language)} initial={spoken}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        forceColorScheme={scheme}
        getStyleNonce={() => nonce}
      >
        <Notifications position="bottom-right" autoClose={5_000} transitionDuration={120} limit={4} />
        <NodeFeed />
        <LookingProvider>
          <Router hook={useHashPath}>
            <Frame hasStarted={looks.first_start_done} onRetry={() => connection.retry()} />
          </Router>
        </LookingProvider>
      </MantineProvider>
    </TextProvider>
  )
}
