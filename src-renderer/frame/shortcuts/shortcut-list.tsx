import { Kbd, Modal } from '@mantine/core'
import { useText } from '../../state/text.tsx'
import { GO_KEY, GO_PATHS, HELP_KEY, NEW_KEY } from './key-sequence.ts'
import classes from './shortcut-list.module.css'
import { SCREEN_PATHS } from '../screens.tsx'

/** All shortcuts, as `?` shows them. */
export function ShortcutList({ onClose }: { readonly onClose: () => void }) {
  const { shortcuts, screens, common } = useText().frame
  const rows = [...GO_PATHS].flatMap(([key, path]) => {
    const screen = SCREEN_PATHS.find((entry) => entry.path === path)
    return screen === undefined ? [] : [{ keys: [GO_KEY, key], does: shortcuts.goTo(screens[screen.name]) }]
  })
  // The head is no page header, which there is already; what locks the page's scrolling brings inline styles, which the
  // policy refuses.
  return (
    <Modal.Root opened centered onClose={onClose} lockScroll={false}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <div className={classes['head']}>
            <Modal.Title>{shortcuts.title}</Modal.Title>
            <Modal.CloseButton aria-label={common.close} />
          </div>
          <dl className={classes['list']}>
            {[
              ...rows,
              { keys: [NEW_KEY], does: shortcuts.newRender },
              { keys: [HELP_KEY], does: shortcuts.help },
            ].map(({ keys, does }) => (
              <div key={does} className={classes['row']}>
                <dt>{does}</dt>
                <dd>
                  {keys.map((key, index) => (
                    <span key={key}>
                      {index > 0 && ` ${shortcuts.then} `}
                      <Kbd>{key}</Kbd>
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
