import { IconArrowLeft } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { PeerId, Person } from '#contract'
import { TrustSlider } from '../../../pairing/trust-slider.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { Facts, type Fact } from '../../../ui/layout/facts.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { SkeletonList } from '../../../ui/layout/skeleton-list.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { theirTrustWords, tierWords } from './person-words.ts'
import { ReachIcon } from './reach-icon.tsx'
import { linkSentence, reachAdvice, reachKind } from './reach-words.ts'
import { useTrust } from './use-trust.ts'
import classes from './person-page.module.css'

/** The next try is counted down. */
const NOW_EVERY_MS = 1_000

/** One person: how they are reached and why not, and trust each way. */
export function PersonPage({ peer }: { readonly peer: string }) {
  const text = useText().people
  const format = useFormat()
  const person = useNode((node) => node.people.get(peer as PeerId))
  const isLoaded = useNode((node) => node.isLoaded)
  if (!isLoaded)
    return (
      <Page title={text.tabs.list}>
        <SkeletonList rows={2} height={160} />
      </Page>
    )
  return (
    <Page title={person === undefined ? text.page.gone : linkSentence(person, text.link, format)}>
      {person !== undefined && (
        <div className={classes['column']}>
          <ConnectionSection person={person} />
          <TrustSection person={person} />
        </div>
      )}
      <Link href="/people" className={classes['back'] ?? ''}>
        <IconArrowLeft size={16} aria-hidden="true" />
        {text.page.back}
      </Link>
    </Page>
  )
}

interface Of {
  readonly person: Person
}

function ConnectionSection({ person }: Of) {
  const text = useText().people
  const { reach } = person
  const kind = reachKind(reach)
  const advice = reachAdvice(reach, text.link)
  const facts = useConnectionFacts(person)
  return (
    <Section title={text.page.connection}>
      <div className={classes['connection']}>
        {kind !== undefined && (
          <div className={classes['state']} data-kind={kind}>
            <ReachIcon kind={kind} size={20} className={classes['icon']} />
            <div>
              <p className={classes['kind']}>{text.link.kind[kind]}</p>
              {advice !== undefined && <p className={classes['why']}>{advice.why}</p>}
              {advice?.todo !== undefined && <p className={classes['todo']}>{advice.todo}</p>}
            </div>
          </div>
        )}
        <Facts facts={facts} />
      </div>
    </Section>
  )
}

/** An address without the key at its end, which the short name stands for. */
function withoutKey(address: string): string {
  return address.replace(/\/p2p\/\w+$/, '')
}

function useConnectionFacts({ reach, rtt_ms, last_seen_ms, short_name }: Person): Fact[] {
  const words = useText().people.page
  const format = useFormat()
  const nowMs = useNow(NOW_EVERY_MS)
  const shortName: Fact = { name: words.shortName, value: short_name }
  if (reach === undefined) return [shortName]
  const since: Fact = {
    name: words.since,
    value: format.time(reach.since_ms),
    more: words.forSoLong(format.duration(Math.max(0, nowMs - reach.since_ms))),
  }
  if (reach.state === 'direct' || reach.state === 'relayed') {
    const relay = reach.state === 'relayed' ? reach.through_name : undefined
    return [
      ...(relay === undefined ? [] : [{ name: words.through, value: relay }]),
      since,
      ...(rtt_ms === undefined
        ? []
        : [{ name: words.roundTrip, value: `${format.number(Math.max(1, rtt_ms))} ms` }]),
      ...(reach.state === 'direct'
        ? [
            {
              name: words.address,
              value: <span className={classes['address']}>{withoutKey(reach.address)}</span>,
            },
          ]
        : []),
      shortName,
    ]
  }
  const { tries, next_try_ms } = reach
  const next =
    next_try_ms === undefined || next_try_ms <= nowMs
      ? words.nextNow
      : words.nextIn(format.duration(next_try_ms - nowMs))
  return [
    since,
    {
      name: words.lastSeen,
      value: last_seen_ms === undefined ? words.notSeen : format.time(last_seen_ms),
    },
    { name: words.tries, value: format.number(tries), more: next },
    shortName,
  ]
}

function TrustSection({ person }: Of) {
  const text = useText().people
  const { trust, setTrust } = useTrust(person)
  const tier = tierWords(person.tier, text)
  return (
    <Section title={text.column.trust}>
      <div className={classes['trust']}>
        <TrustSlider trust={trust} label={text.trustIn(person.name)} onChange={setTrust} />
      </div>
      <Facts
        facts={[
          {
            name: text.column.theirs,
            value: theirTrustWords(person.trust_theirs, text.theirs),
            more: tier.exact,
          },
        ]}
      />
    </Section>
  )
}
