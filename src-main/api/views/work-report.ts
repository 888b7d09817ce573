import { THANKS_SHOWN_MAX, type KindName, type PersonReport, type WorkReport } from '#contract'
import type { PeerId } from '../../protocol/ids.ts'
import type { KeptThanks } from '../../runtime/favours/favour-book.ts'
import { isNews, type Favour } from '../../runtime/favours/favour-list.ts'

/** Pictures in one report; one is 22 kB, and the report an answer of the API. */
const PICTURES_MAX = 32

/** Work of this PC for others, and how it is told. */
export interface ReportedFavours {
  readonly people: ReadonlyMap<PeerId, readonly Favour[]>
  readonly thanksFor: (peer: PeerId, favour: Favour) => KeptThanks
  readonly nameOf: (peer: PeerId) => string
  readonly kindOf: (algorithmId: string | undefined) => KindName
  readonly nowMs: number
}

/** The report of what is news about this PC's work for others. */
export function workReport({ people, thanksFor, nameOf, kindOf, nowMs }: ReportedFavours): WorkReport {
  let pictures = 0
  const reports = [...people].flatMap(([peer, favours]): PersonReport[] => {
    const news = favours.filter(isNews)
    if (news.length === 0) return []
    const worked = news.flatMap((favour) =>
      favour.news === undefined ? [] : [{ ...favour, news: favour.news }],
    )
    const thanked = news.flatMap((favour) =>
      favour.thanks?.isSeen === false ? [{ favour, atMs: favour.thanks.atMs }] : [],
    )
    const shown = thanked.sort((a, b) => b.atMs - a.atMs).slice(0, THANKS_SHOWN_MAX)
    return [
      {
        peer_id: peer,
        name: nameOf(peer),
        work: jobsByKind(worked, kindOf),
        cpu_ms: worked.reduce((sum, { news: { cpuMs } }) => sum + cpuMs, 0),
        ...spanOf(worked.map((favour) => favour.news)),
        thanks: shown.map(({ favour, atMs }) => {
          const { note, picture } = thanksFor(peer, favour)
          const isShown = picture !== undefined && pictures++ < PICTURES_MAX
          return {
            at_ms: atMs,
            ...(note === undefined ? {} : { note }),
            ...(isShown ? { picture } : {}),
          }
        }),
        thanks_count: thanked.length,
      },
    ]
  })
  reports.sort((a, b) => b.cpu_ms - a.cpu_ms || (a.peer_id < b.peer_id ? -1 : 1))
  // A moment that is ahead is of a clock that was set back since: it is told, and can be put away.
  const told = reports.flatMap(({ span, thanks }) => [
    span?.until_ms ?? 0,
    ...thanks.map(({ at_ms }) => at_ms),
  ])
  return { people: reports, until_ms: Math.max(Math.round(nowMs), ...told) }
}

function jobsByKind(
  favours: readonly Favour[],
  kindOf: ReportedFavours['kindOf'],
): { kind: KindName; jobs: number }[] {
  const counts = new Map<KindName, number>()
  for (const { algorithm } of favours) {
    const kind = kindOf(algorithm)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, jobs]) => ({ kind, jobs })).sort((a, b) => b.jobs - a.jobs)
}

function spanOf(news: readonly NonNullable<Favour['news']>[]): Pick<PersonReport, 'span'> {
  if (news.length === 0) return {}
  const from_ms = Math.min(...news.map(({ fromMs }) => fromMs))
  const until_ms = Math.max(...news.map(({ untilMs }) => untilMs))
  return { span: { from_ms, until_ms } }
}
