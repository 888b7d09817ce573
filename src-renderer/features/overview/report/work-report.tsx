import { CloseButton } from '@mantine/core'
import { IconHeart, IconHeartHandshake } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useState } from 'react'
import type { PersonReport } from '#contract'
import { useAction, useCalls, useQuery } from '../../../connection/calls.tsx'
import { useLookingSince } from '../../../state/looking.tsx'
import { useFormat, useText } from '../../../state/text.tsx'
import { useIsVisible } from '../../../state/visibility.ts'
import { newsOf, thanksSentence, workSentence } from './report-words.ts'
import classes from './work-report.module.css'

/** People who have a line; a crowd is told by those worked for the most. */
const PEOPLE_MAX = 4

/** Notes of one person that have a line each, the newest; who thanks for many jobs does not fill the screen. */
const NOTES_MAX = 3
/** A character that is seen: a note may be of spaces and marks of format alone. */
const SEEN = /[^\s\p{Cf}\p{M}\u3164\u115f\u1160\uffa0\u2800]/u
/** Thanks may come while the window is open; they are looked for so often. */
const LOOK_EVERY_MS = 30_000

/** Work that this PC did for others while nobody looked, and their thanks; asked for when the user comes to the window, and then again. */
export function WorkReport() {
  const text = useText().thanks
  const calls = useCalls()
  const run = useAction()
  const lookingSinceMs = useLookingSince()
  const report = useQuery('report', (asked) => asked.report.get())
  const [putAwayMs, setPutAwayMs] = useState(0)
  const ask = useEffectEvent(() => {
    if (report.state === 'ready') report.refresh()
  })
  useEffect(() => ask(), [lookingSinceMs])
  const isVisible = useIsVisible()
  useEffect(() => {
    if (!isVisible) return undefined
    const timer = setInterval(() => ask(), LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [isVisible])
  if (report.state !== 'ready' || report.value.until_ms <= putAwayMs) return null
  const { until_ms } = report.value
  const people = newsOf(report.value, lookingSinceMs)
  if (people.length === 0) return null

  async function putAway(): Promise<void> {
    setPutAwayMs(until_ms)
    // Where the node refuses, the report comes back.
    if ((await run(() => calls.report.dismiss({ until_ms }))) === undefined) setPutAwayMs(0)
  }

  return (
    <aside aria-label={text.report.label} className={classes['card']}>
      <ul className={classes['people']}>
        {people.slice(0, PEOPLE_MAX).map((person) => (
          <li key={person.peer_id}>
            <PersonLines person={person} nowMs={until_ms} />
          </li>
        ))}
      </ul>
      <CloseButton aria-label={text.dismiss} title={text.dismiss} onClick={() => void putAway()} />
    </aside>
  )
}

function PersonLines({ person, nowMs }: { readonly person: PersonReport; readonly nowMs: number }) {
  const messages = useText()
  const text = messages.thanks.report
  const format = useFormat()
  const work = workSentence(person, messages, format, nowMs)
  const thanks = thanksSentence(person, messages, format)
  const notes = person.thanks
    .flatMap(({ note }) => (note !== undefined && SEEN.test(note) ? [note] : []))
    .slice(0, NOTES_MAX)
  const pictures = person.thanks.flatMap(({ picture }) => (picture === undefined ? [] : [picture]))
  return (
    <div className={classes['person']}>
      {work !== undefined && (
        <p className={classes['line']} dir="auto">
          <IconHeartHandshake size={18} aria-hidden="true" className={classes['icon']} />
          <span>
            {work} <span className={classes['dim']}>· {text.duration(format.duration(person.cpu_ms))}</span>
          </span>
        </p>
      )}
      {thanks !== undefined && (
        <p className={classes['line']} dir="auto">
          <IconHeart size={18} aria-hidden="true" className={classes['icon']} />
          <span>{thanks}</span>
        </p>
      )}
      {notes.map((note, i) => (
        <p key={i} className={classes['note']} dir="auto">
          {note}
        </p>
      ))}
      {pictures.length > 0 && (
        <div className={classes['pictures']}>
          {pictures.map((picture, i) => (
            <ThanksPicture key={i} jpeg={picture} label={text.pictureOf(person.name)} />
          ))}
        </div>
      )}
    </div>
  )
}

/** A small picture; nothing where the browser finds that it is none, since the node looks at its markers alone. */
function ThanksPicture({ jpeg, label }: { readonly jpeg: string; readonly label: string }) {
  const [isBroken, setIsBroken] = useState(false)
  if (isBroken) return null
  return (
    <img
      src={`data:image/jpeg;base64,${jpeg}`}
      alt={label}
      className={classes['picture']}
      onError={() => setIsBroken(true)}
    />
  )
}
