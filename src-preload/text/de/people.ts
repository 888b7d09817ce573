import type { people as english } from '../en/people.ts'
import { plural } from '../plural.ts'

function persons(count: number): string {
  return `${count} ${plural('de', count, { one: 'Person', other: 'Personen' })}`
}

function units(count: number, shown: string): string {
  return `${shown} ${plural('de', count, { one: 'Einheit', other: 'Einheiten' })}`
}

/** The text of people, in German. */
export const people: typeof english = {
  title: {
    none: 'Du bist noch mit niemandem gekoppelt',
    some: (count, here, mutual) =>
      [
        persons(count),
        here === 0 ? 'niemand ist da' : `${here} ${here === 1 ? 'ist' : 'sind'} da`,
        ...(mutual === 0
          ? []
          : [mutual === count ? 'das Vertrauen ist gegenseitig' : `gegenseitiges Vertrauen mit ${mutual}`]),
      ].join('\u00a0· '),
  },
  tabs: { list: 'Leute', mesh: 'Das Netz', label: 'Leute zeigen als' },
  add: 'Jemanden hinzufügen',
  away: {
    gone: (since) => (since === undefined ? 'nicht verbunden' : `weg seit ${since}`),
    paused: (since) => (since === undefined ? 'teilt nicht' : `pausiert seit ${since}`),
    'outside-hours': (since) =>
      since === undefined ? 'teilt zu dieser Zeit nicht' : `teilt seit ${since} nicht`,
  },
  closeAdd: 'Schließen',
  empty: {
    sentence: 'Meshwork arbeitet mit Leuten, die du kennst. Gib jemandem deinen Code, oder gib einen ein.',
    noMatch: (search) => `Niemand heißt „${search}“.`,
    clearSearch: 'Alle zeigen',
  },
  search: 'Jemanden finden',
  order: {
    label: 'Sortieren nach',
    name: 'Name',
    trust: 'Deinem Vertrauen',
    seen: 'Zuletzt gesehen',
    helped: 'Am meisten für dich getan',
  },
  column: {
    person: 'Person',
    trust: 'Dein Vertrauen',
    theirs: 'Ihr Vertrauen',
    units: 'Einheiten',
    reliability: 'Verlässlichkeit',
  },
  trust: { none: 'gar nicht', little: 'ein wenig', some: 'etwas', much: 'sehr', full: 'ganz' },
  trustIn: (name) => `Dein Vertrauen in ${name}`,
  trustSet: {
    none: (name) => `Du vertraust ${name} nicht mehr. Dieser PC rechnet nicht mehr für ${name}.`,
    little: (name) => `Du vertraust ${name} ein wenig.`,
    some: (name) => `Du vertraust ${name} etwas.`,
    much: (name) => `Du vertraust ${name} sehr.`,
    full: (name) => `Du vertraust ${name} ganz.`,
  },
  theirs: {
    unknown: 'noch nichts gehört',
    none: 'vertraut dir noch nicht',
    little: 'vertraut dir ein wenig',
    some: 'vertraut dir etwas',
    much: 'vertraut dir sehr',
    full: 'vertraut dir ganz',
  },
  tier: {
    first: 'kommt zuerst dran',
    second: 'kommt danach dran',
    none: 'bekommt nichts',
  },
  tierExact: {
    first: 'Stufe 1 (tier 1): Ihr vertraut einander, deshalb kommt ihre Arbeit auf diesem PC zuerst dran.',
    second:
      'Stufe 2 (tier 2): Nur du vertraust ihnen, deshalb kommt ihre Arbeit nach der von Leuten, die auch dir vertrauen.',
    none: 'Keine Stufe: Du vertraust ihnen nicht, deshalb arbeitet dieser PC nicht für sie.',
  },
  done: {
    forThem: (shown) => `${shown} für sie`,
    forYou: (shown) => `${shown} für dich`,
    exact: (verified, rejected, failed, expired) =>
      `Einheiten für dich: ${verified} bestätigt, ${rejected} abgelehnt, ${failed} fehlgeschlagen, ${expired} zu spät.`,
  },
  atWork: {
    forYou: (count) => `${units(count, String(count))} für dich in Arbeit`,
    forThem: (count) => `${units(count, String(count))} von ihnen hier`,
  },
  reliability: {
    label: (name, share) => `Verlässlichkeit von ${name} nach Tagen; insgesamt ${share}`,
    none: 'noch nichts',
    unknown: (name) => `${name} hat noch nichts für dich gerechnet`,
    exact: (share, good, all) =>
      `${good} von ${all} übernommenen Einheiten wurden angenommen (${share}), seit ihr gekoppelt seid. Die Linie zeigt es nach Tagen, der älteste zuerst.`,
  },
  link: {
    over: {
      ip4: 'direkt verbunden',
      ip6: 'direkt verbunden (IPv6)',
      local: 'verbunden, gleiches Netzwerk',
      machine: 'direkt verbunden, dieser PC',
    },
    relayed: 'über andere verbunden',
    relayedThrough: (name) => `über ${name} verbunden`,
    in: (how, ms) => `${how}, ${ms} ms`,
    connected: 'verbunden',
    looking: 'wird gesucht…',
    unreachable: (since) => `nicht erreichbar seit ${since}`,
    seen: (ago) => `zuletzt gesehen ${ago}`,
    never: 'nicht gesehen, seit dieser PC läuft',
    shares: (cores) => `Geteilt werden gerade ${cores} Kerne.`,
    kind: {
      ip4: 'Direkt, über das Internet (IPv4)',
      ip6: 'Direkt, über das Internet (IPv6)',
      local: 'Direkt, im gleichen Netzwerk',
      machine: 'Direkt, auf diesem PC',
      relayed: 'Vermittelt',
      looking: 'Wird gesucht',
      unreachable: 'Nicht erreichbar',
    },
    page: {
      over: {
        ip4: (name) => `${name} ist direkt verbunden`,
        ip6: (name) => `${name} ist direkt verbunden, über IPv6`,
        local: (name) => `${name} ist im gleichen Netzwerk verbunden`,
        machine: (name) => `${name} ist verbunden, auf diesem PC`,
      },
      relayed: (name) => `${name} ist über andere verbunden`,
      relayedThrough: (name, relay) => `${name} ist über ${relay} verbunden`,
      connected: (name) => `${name} ist verbunden`,
      looking: (name) => `${name} wird gesucht`,
      unreachable: (name, since) => `${name} ist seit ${since} nicht erreichbar`,
      notLooked: (name) => `${name} ist nicht verbunden`,
    },
    firstTry: 'Der erste Versuch läuft.',
    relayedMeans: {
      why: 'Jemand, den ihr beide kennt, reicht alles weiter. Das ist langsamer, aber genauso vertraulich: Zu sehen ist dort, dass ihr zwei miteinander sprecht und wie viel, aber nie was. Große Dateien warten auf eine direkte Verbindung.',
      todo: 'Meshwork versucht immer wieder eine direkte. Sie gelingt, wenn einer eurer Router den anderen hereinlässt: siehe Einstellungen, Netzwerk.',
    },
    why: {
      'no-address': 'Dieser PC kennt keine Adresse von ihnen.',
      'no-answer': (count) =>
        `Niemand antwortet an ${plural('de', count, { one: 'der Adresse, die', other: `den ${count} Adressen, die` })} dieser PC kennt: Ihr PC ist aus oder offline, oder hinter einem Router, der niemanden hereinlässt.`,
      refused: () => 'Ihr PC antwortet, aber Meshwork läuft dort nicht.',
      'no-route': () =>
        'Dieser PC hat keinen Weg zu ihrer Adresse: Er ist selbst offline oder in einem anderen Netzwerk.',
      'another-peer': () => 'Wo ihr PC war, antwortet jemand anders.',
      'turned-away':
        'Ihr PC beendet die Verbindung sofort: Dieser PC ist dort gesperrt oder vergessen, oder Meshwork wird dort gerade beendet.',
    },
    todo: {
      'no-address':
        'Er findet sie, sobald jemand verbunden ist, den ihr beide kennt. Oder koppelt euch neu mit einem Code.',
      'no-answer':
        'Frag, ob ihr PC an ist und Meshwork läuft. Wenn ja, kann jemand, den ihr beide kennt, alles weiterreichen, wenn sein PC von außen erreichbar ist. Oder einer von euch lässt andere herein: siehe Einstellungen, Netzwerk.',
      refused: 'Bitte sie, Meshwork zu starten. Dieser PC findet sie dann von selbst.',
      'no-route': 'Sieh nach, ob dieser PC online ist.',
      'another-peer':
        'Ihr PC hat jetzt eine andere Adresse. Er wird gefunden, sobald jemand verbunden ist, den ihr beide kennt. Oder koppelt euch neu mit einem Code.',
      'turned-away': 'Frag nach. Wenn sie dich nicht mehr kennen, koppelt euch neu mit einem Code.',
    },
  },
  page: {
    gone: 'Diese Person gehört nicht zu deinen Leuten',
    back: 'Alle Leute',
    connection: 'Verbindung',
    since: 'Seit',
    forSoLong: (duration) => `${duration} lang`,
    roundTrip: 'Hin und zurück',
    address: 'Unter',
    through: 'Über',
    shortName: 'Kurzname',
    lastSeen: 'Zuletzt gesehen',
    notSeen: 'nicht, seit dieser PC läuft',
    tries: 'Versuche',
    nextNow: 'Einer läuft gerade.',
    nextIn: (duration) => `Der nächste in ${duration}.`,
  },
  more: (name) => `Was mit ${name} geschehen soll`,
  copyId: 'Ihre Peer-ID kopieren',
  copied: 'Kopiert',
  forget: {
    action: 'Vergessen',
    done: (name) => `${name} ist vergessen.`,
    failed: (name) => `${name} konnte nicht vergessen werden.`,
  },
  block: {
    action: 'Sperren…',
    question: (name) => `${name} sperren?`,
    meaning:
      'Sie gehören dann nicht mehr zu deinen Leuten, ihre Arbeit für dich geht an andere, und kein Code lässt sie wieder herein, bis du sie entsperrst.',
    confirm: 'Sperren',
    cancel: 'Behalten',
    done: (name) => `${name} ist gesperrt.`,
  },
  blocked: {
    title: (count) => `Gesperrt (${count})`,
    since: (date) => `gesperrt ${date}`,
    unblock: 'Entsperren',
    unblockOf: (name) => `${name} entsperren`,
    unblocked: (name) => `${name} darf sich wieder mit dir koppeln.`,
  },
  requests: {
    title: 'Wartet auf eine Antwort',
    incoming: (name) => `${name} möchte sich mit dir koppeln`,
    incomingHint: (shortName, ago) =>
      `Dein Code wurde ${ago} benutzt. Der Kurzname ist ${shortName}: Frag, ob das stimmt.`,
    trust: (name) => `Dein Vertrauen in ${name}`,
    yourTrust: 'Dein Vertrauen',
    accept: 'Annehmen',
    decline: 'Ablehnen',
    accepted: (name) => `Du bist mit ${name} gekoppelt.`,
    declined: (name) => `${name} wurde abgelehnt.`,
    outgoing: (name) => `${name} muss noch annehmen`,
    outgoingHint: (until) => `Du hast ihren Code eingegeben. Er gilt bis ${until}.`,
    giveUp: 'Aufgeben',
    refused: (name) => `${name} hat nicht angenommen, oder der Code ist abgelaufen.`,
    gaveUp: (name) => `Du wartest nicht mehr auf ${name}.`,
  },
  mine: {
    title: 'Gib ihnen deinen Code',
    hint: 'Wer ihn eingibt, bittet dich um die Kopplung. Du nimmst dann an und wählst, wie weit du vertraust.',
    qr: 'Dein Code als QR-Code, den ein Telefon oder ein anderer PC lesen kann',
    code: 'Dein Code',
    copyCode: 'Code kopieren',
    copyLink: 'Link kopieren',
    copied: 'Kopiert',
    goodUntil: (until) => `Gilt für eine Person bis ${until}.`,
    expired: 'Dieser Code ist abgelaufen.',
    used: 'Dieser Code wurde benutzt.',
    renew: 'Neuer Code',
    making: 'Der Code entsteht…',
  },
  enter: {
    title: 'Gib ihren Code ein',
    hint: 'Füge den Code oder den Link ein, den du bekommen hast.',
    label: 'Ihr Code oder Link',
    placeholder: 'meshwork:…',
    trust: 'Dein Vertrauen in die Person',
    pair: 'Koppeln',
    pairing: 'Suche ihren PC…',
    noCode:
      'Das ist kein ganzer Code. Ein Code beginnt mit „meshwork:“ und hat etwa 100 Buchstaben und Ziffern.',
    paired: (name) => `Du bist mit ${name} gekoppelt.`,
    waiting: (name) => `${name} wurde gefragt und muss noch annehmen. Du musst nicht hier bleiben.`,
  },
  pairFault: {
    mistyped: 'In diesem Code fehlt ein Zeichen, oder eines ist falsch. Kopiere den ganzen Code noch einmal.',
    refused:
      'Dieser Code gilt nicht: Er wurde benutzt, ist abgelaufen oder nicht ganz kopiert. Kopiere ihn noch einmal, oder bitte um einen neuen.',
    own: 'Das ist dein eigener Code oder der von jemandem, den du gesperrt hast. Gib einen anderen ein, oder entsperre die Person zuerst.',
    blocked: 'Sie lassen diesen PC nicht herein. Frag nach.',
    unreachable:
      'Ihr PC antwortet nicht. Ist er an, läuft Meshwork, und ist er online? Der Code bleibt gültig: Versuch es gleich noch einmal.',
    late: 'Ihr PC hat zu langsam geantwortet. Versuch es gleich noch einmal.',
    busy: 'Zu viele Leute fragen ihren PC auf einmal. Versuch es in ein paar Minuten noch einmal.',
    other: (message) => `Das Koppeln hat nicht geklappt: ${message}`,
  },
  mesh: {
    label: 'Du in der Mitte, deine Leute um dich herum',
    you: 'Du',
    legend: 'Eine Linie ist an jedem Ende so dick wie das Vertrauen, das von dort kommt.',
    nearest: 'Wem du am meisten vertraust, ist am nächsten.',
    pulse: 'Wo sich eine Linie bewegt, ist Arbeit unterwegs.',
    node: (name, mine, theirs) => `${name}: du vertraust ${mine}, ${theirs}`,
    connected: 'verbunden',
    away: 'nicht verbunden',
    summary: (count, mutual, here, working) =>
      `${persons(count)}: gegenseitiges Vertrauen mit ${mutual}, ${here} verbunden, Arbeit unterwegs mit ${working}.`,
    empty: 'Dieses Bild beginnt mit der ersten Person, mit der du dich koppelst.',
  },
}
