import { IconAlertTriangle } from '@tabler/icons-react'
import type { SceneReport } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { FilesButton } from '../../../ui/files-button.tsx'
import type { SceneReference } from './gltf-references.ts'
import { useSceneDrop } from './scene-drop.tsx'
import classes from './scene-panel.module.css'

/** Names that are written out; the rest is counted. */
const NAMES_SHOWN_MAX = 5

/** Files that the scene refers to and that the user has not dropped yet. */
export function MissingFiles({ missing }: { readonly missing: readonly SceneReference[] }) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const { choose } = useSceneDrop()
  if (missing.length === 0) return null
  const buffers = missing.filter(({ kind }) => kind === 'buffer')
  const images = missing.filter(({ kind }) => kind === 'image')
  return (
    <div className={classes['missing']} data-is-fatal={buffers.length > 0} role="alert">
      <IconAlertTriangle size={18} aria-hidden="true" className={classes['icon']} />
      <div className={classes['words']}>
        {buffers.length > 0 && (
          <MissingNames
            title={text.missingBuffers(buffers.length, format.number(buffers.length))}
            of={buffers}
          />
        )}
        {images.length > 0 && (
          <MissingNames
            title={text.missingTextures(images.length, format.number(images.length))}
            of={images}
          />
        )}
        <p className={classes['hint']}>{text.missingHint}</p>
        <div className={classes['buttons']}>
          <FilesButton size="xs" label={text.chooseFiles} onChoose={choose} />
          <FilesButton size="xs" label={text.chooseFolder} isFolder onChoose={choose} />
        </div>
      </div>
    </div>
  )
}

function MissingNames({ title, of }: { readonly title: string; readonly of: readonly SceneReference[] }) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const more = of.length - NAMES_SHOWN_MAX
  return (
    <>
      <p className={classes['title']}>{title}</p>
      <ul className={classes['names']}>
        {of.slice(0, NAMES_SHOWN_MAX).map(({ name }) => (
          <li key={name} dir="auto">
            {name}
          </li>
        ))}
        {more > 0 && <li>{text.andMore(format.number(more))}</li>}
      </ul>
    </>
  )
}

/** The parts of a scene that the import passes over; missing files are listed elsewhere. */
export function SceneWarnings({ report }: { readonly report: SceneReport }) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const lines = warningLines(report)
  if (lines.length === 0) return null
  return (
    <details className={classes['warnings']}>
      <summary>{text.warnings(lines.length, format.number(lines.length))}</summary>
      <ul className={classes['names']}>
        {lines.slice(0, NAMES_SHOWN_MAX * 2).map((line) => (
          <li key={line}>{line}</li>
        ))}
        {lines.length > NAMES_SHOWN_MAX * 2 && (
          <li>{text.andMore(format.number(lines.length - NAMES_SHOWN_MAX * 2))}</li>
        )}
      </ul>
    </details>
  )
}

function warningLines({ warnings }: SceneReport): string[] {
  return [...new Set(warnings.filter(({ kind }) => kind !== 'missing-texture').map(({ message }) => message))]
}
