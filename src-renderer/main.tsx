import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './theme/tokens.css'
import './theme/base.css'
import './theme/components.css'
import './theme/boot.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { loadMessages } from '#text'
import { App } from './app.tsx'
import { startConnection } from './connection/connection.ts'
import { dialPort } from './connection/port-dial.ts'
import { dialSocket } from './connection/socket-dial.ts'
import { browserKey, keepSessionKey } from './connection/session-key.ts'
import { createNodeStore } from './state/node-store.ts'
import { languageOf } from './state/text.tsx'
import { rememberedAppearance } from './theme/appearance.ts'

/** Connects, and draws as soon as there are words. Not by awaiting in the module: the words' script needs this one. */
async function start(): Promise<void> {
  const root = document.getElementById('root')
  if (root === null) throw new Error('broken promise: index.html has the root')
  const store = createNodeStore()
  await keepSessionKey(window)
  const dial = window.meshworkHost === undefined ? dialSocket(browserKey) : dialPort(window.meshworkHost)
  const connection = startConnection(dial, (state) => store.setState({ connection: state }))
  const appearance = rememberedAppearance()
  const language = languageOf(appearance.language)
  const messages = await loadMessages(language)
  createRoot(root).render(
    <StrictMode>
      <App
        connection={connection}
        store={store}
        appearance={appearance}
        spoken={{ language, messages }}
        nonce={document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''}
      />
    </StrictMode>,
  )
}

void start()
