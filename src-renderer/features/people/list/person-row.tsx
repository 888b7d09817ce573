import { memo, useState } from 'react'
import { Link } from 'wouter'
import type { PeerId, Person } from '#contract'
import type { Format, Messages } from '#text'
import { TrustSlider } from '../../../pairing/trust-slider.tsx'
import { awayWords } from '../../../state/away-words.ts'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { Sparkline } from '../../../ui/charts/sparkline.tsx'
import { StableDot } from '../../../ui/identity/stable-dot.tsx'
import { BlockQuestion } from './block-question.tsx'
import { PersonMenu } from './person-menu.tsx'
import { theirTrustWords, tierWords } from '../person/person-words.ts'
import { ReachIcon } from '../person/reach-icon.tsx'
import { linkWords, reachAdvice, reachKind } from '../person/reach-words.ts'
import { useTrust } from '../person/use-trust.ts'
import classes from './person-row.module.css'

/** Of a row, in pixels; its words are cut rather than wrapped, so that lists of any length keep their place. */
export const PERSON_ROW_HEIGHT = 68

/** One person: who they are, trust each way, what was done each way, and how well that goes. */
export const PersonRow = memo(function PersonRow({
  peer,
  isNameShared,
}: {
  readonly peer: PeerId
  /** Whether another person has the same name, so that the short name is needed to tell them apart. */
  readonly isNameShared: boolean
}) {
  const person = useNode((node) => node.people.get(peer))
  const [isBlocking, setIsBlocking] = useState(false)
  if (person === undefined) return null
  return (
    <div className={classes['row']}>
      <Who person={person} isNameShared={isNameShared} />
      {isBlocking ? (
        <BlockQuestion person={person} onCancel={() => setIsBlocking(false)} />
      ) : (
        <>
          <MyTrust person={person} />
          <TheirTrust person={person} />
          <Units person={person} />
          <Reliability person={person} />
          <PersonMenu person={person} onBlock={() => setIsBlocking(true)} />
        </>
      )}
    </div>
  )
})

interface Of {
  readonly person: Person
}

function Who({ person, isNameShared }: Of & { readonly isNameShared: boolean }) {
  const text = useText().people
  const format = useFormat()
  const { shares_cores, running_for_them, running_for_us } = person
  const atWork =
    running_for_us > 0
      ? text.atWork.forYou(running_for_us)
      : running_for_them > 0
        ? text.atWork.forThem(running_for_them)
        : undefined
  const kind = reachKind(person.reach)
  const advice = reachAdvice(person.reach, text.link)
  const exact = [
    // The line shows running work in place of the link, so the link is told here.
    ...(atWork === undefined ? [] : [`${linkWords(person, text.link, format)}.`]),
    ...(advice === undefined ? [] : [advice.why]),
    ...(advice?.todo === undefined ? [] : [advice.todo]),
    ...(shares_cores === undefined ? [] : [text.link.shares(format.number(shares_cores, 1))]),
  ].join(' ')
  return (
    <div className={classes['who']}>
      <StableDot of={person.peer_id} size={14} isHollow={!person.connected} />
      <div className={classes['words']}>
        <p className={classes['name']} data-hint={person.name}>
          <Link href={`/people/of/${person.peer_id}`} className={classes['link'] ?? ''}>
            <bdi>{person.name}</bdi>
          </Link>
          {isNameShared && <span className={classes['short-name']}>{person.short_name}</span>}
        </p>
        <p className={classes['now']} data-hint={exact}>
          {kind !== undefined && <ReachIcon kind={kind} size={14} className={classes['reach']} />}
          {atWork === undefined ? (
            nowWords(person, text, format)
          ) : (
            <span className={classes['at-work']}>{atWork}</span>
          )}
        </p>
      </div>
    </div>
  )
}

/** How a person is connected; before that, that they do not share, where that is so of one who is connected. */
function nowWords(person: Person, text: Messages['people'], format: Format): string {
  const { away } = person
  const link = linkWords(person, text.link, format)
  return away === undefined ? link : `${awayWords(away, text.away, format)} · ${link}`
}

function MyTrust({ person }: Of) {
  const text = useText().people
  const { trust, setTrust } = useTrust(person)
  return (
    <div className={classes['trust']}>
      <TrustSlider trust={trust} label={text.trustIn(person.name)} onChange={setTrust} />
    </div>
  )
}

function TheirTrust({ person }: Of) {
  const text = useText().people
  const tier = tierWords(person.tier, text)
  return (
    <div className={classes['theirs']}>
      <p className={classes['line']}>{theirTrustWords(person.trust_theirs, text.theirs)}</p>
      <p className={classes['dim']} data-hint={tier.exact}>
        {tier.short}
        <span className="visually-hidden">. {tier.exact}</span>
      </p>
    </div>
  )
}

function Units({ person }: Of) {
  const text = useText().people.done
  const format = useFormat()
  const { done_for_them, verified, rejected, failed, expired } = person
  const exact = text.exact(
    format.number(verified),
    format.number(rejected),
    format.number(failed),
    format.number(expired),
  )
  return (
    <div className={classes['units']} data-hint={exact}>
      <p className={classes['line']}>{text.forYou(format.number(verified))}</p>
      <p className={classes['dim']}>{text.forThem(format.number(done_for_them))}</p>
    </div>
  )
}

/** A share as it is written: all only where nothing is missing. */
function shareOf(count: number, all: number): number {
  return count === all ? 1 : Math.min(count / all, 0.99)
}

/** How much of what they were given counts, since they were paired with, and how that went day by day. */
function Reliability({ person }: Of) {
  const text = useText().people.reliability
  const format = useFormat()
  const { verified, rejected, failed, expired, reliability_by_day, name } = person
  const given = verified + rejected + failed + expired
  if (given === 0) {
    return (
      <div className={classes['reliability']}>
        <p className={classes['dim']}>
          <span aria-hidden="true">{text.none}</span>
          <span className="visually-hidden">{text.unknown(name)}</span>
        </p>
      </div>
    )
  }
  const share = format.percent(shareOf(verified, given))
  return (
    <div
      className={classes['reliability']}
      data-hint={text.exact(share, format.number(verified), format.number(given))}
    >
      <Sparkline
        values={reliability_by_day}
        label={text.label(name, share)}
        width={64}
        height={24}
        min={0}
        max={1}
      />
      <span aria-hidden="true" className={classes['share']}>
        {share}
      </span>
    </div>
  )
}
