/**
 * How far a Vorgang has come in the demo: nobody took it; somebody did; the person was asked, and answered; decided by the first of
 * two; waiting for money; done, either way; withdrawn by the person; objected to; with a wish to be called; written in Lower Sorbian.
 */
export type Fate =
  | 'new'
  | 'taken'
  | 'asked'
  | 'answered'
  | 'drafted'
  | 'unpaid'
  | 'granted'
  | 'refused'
  | 'withdrawn'
  | 'objected'
  | 'called'
  | 'sorbian'

export type Planned = {
  readonly service: string
  /** Which of the service's valid examples is answered. */
  readonly example: number
  readonly daysAgo: number
  readonly fate: Fate
}

/** By service: days ago and fate of each Vorgang. The oldest untouched ones are overdue, as in every town. */
const PLAN: Readonly<Record<string, string>> = {
  'hund-anmelden':
    '0 new, 0 new, 1 new, 2 new, 5 taken, 6 asked, 9 answered, 8 drafted, 7 drafted, 20 granted, 26 granted, 33 refused, 24 objected, 12 withdrawn, 31 new',
  'hundehaltung-anzeigen': '0 new, 1 sorbian, 4 taken, 11 granted, 19 granted',
  'baum-faellen': '1 new, 2 called, 6 taken, 13 asked, 15 drafted, 29 granted, 36 refused, 44 new',
  'sondernutzung-strasse': '0 new, 2 new, 5 drafted, 9 asked, 16 unpaid, 23 granted, 10 withdrawn',
  bewohnerparkausweis: '0 unpaid, 1 granted, 3 granted, 8 granted, 4 new',
  meldebescheinigung: '0 unpaid, 1 granted, 2 granted, 6 granted',
  stadtmelder: '0 new, 0 new, 1 taken, 3 granted, 5 granted, 14 granted, 21 new',
  'kita-platz': '1 new, 3 taken, 8 asked, 18 granted',
  'gewerbe-anmelden': '0 new, 3 taken, 9 granted, 17 granted',
  'eheschliessung-anmelden': '2 new, 12 taken',
  geburtsurkunde: '0 unpaid, 4 granted, 2 new',
  wohngeld: '1 new, 6 asked, 10 answered, 22 drafted, 38 granted',
}

/** All Vorgänge of the demo, the oldest first. */
export const plan: readonly Planned[] = Object.entries(PLAN)
  .flatMap(([service, line]) =>
    line.split(', ').map((one, index) => {
      const [days = '0', fate = 'new'] = one.split(' ')
      return { service, example: index, daysAgo: Number(days), fate: fate as Fate }
    }),
  )
  .sort((a, b) => b.daysAgo - a.daysAgo)
