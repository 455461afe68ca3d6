import type { Maturity } from '../catalogue/level.ts'
import type { FormChange } from '../forms/diff.ts'
import type { Vocabulary, Word } from '../forms/vocabulary.ts'
import type { ChooserView } from './chooser-form.ts'
import type { WordChange } from './compare.ts'
import type { FactorView } from './fee-chosen.ts'
import type { CountChoice } from './fee-preview.ts'
import type { AmountText, FeeLine } from './fee-table.ts'
import type { Locked } from './locked.ts'
import type { PlacedFinding } from './placed.ts'
import type { Placeholder } from './placeholders.ts'
import type { PlannedView } from './planned-view.ts'
import type { KeeperView, PointAnswer } from './points.ts'
import type { Sheet } from './sheets.ts'
import type { LanguageGap } from './spoken.ts'

/*
 * Plain data for the editor's pages. No HTML. Words of the user interface come from content/words; what stands in files
 * of a service is shown as it stands there.
 */

export type { FormChange } from '../forms/diff.ts'
export type { Vocabulary } from '../forms/vocabulary.ts'
export type { ChooserView, PartView } from './chooser-form.ts'
export type { WordChange } from './compare.ts'
export type { About, PlacedFinding } from './placed.ts'
export type { KeeperView, PointAnswer } from './points.ts'
export type { Row, Sheet } from './sheets.ts'
export type { LanguageGap } from './spoken.ts'

/** A service in the list of all. */
export type ServiceLine = {
  readonly slug: string
  readonly title: string
  readonly maturity: Maturity
  readonly online: 'own' | 'assistant' | 'elsewhere' | 'none'
  /** Somebody has changed it and not published. */
  readonly isChanged: boolean
  readonly isNew: boolean
}
export type ServiceList = {
  readonly services: readonly ServiceLine[]
  /** Services of the state's catalogue that the city has nothing of yet. */
  readonly catalogue: readonly { readonly key: string; readonly name: string }[]
}

export type PointLine = {
  readonly kind: 'rule' | 'code-list' | 'precision'
  readonly id: string
  readonly name: string
  readonly text: string
  /** Id of the schema, group or field it belongs to. */
  readonly at: string
  readonly isOpen: boolean
  /** How it is answered; null where it is not. */
  readonly answer: PointAnswer | null
  /** What the answer names and is not in the form any more, as `KeeperView.ref`. */
  readonly lost: readonly string[]
}
export type FileLine = {
  readonly name: string
  readonly state: 'same' | 'changed' | 'added' | 'removed'
}

/** Everything of one service. */
export type ServiceOverview = ServiceLine & {
  readonly findings: readonly PlacedFinding[]
  readonly settings: Sheet | null
  readonly fee: Sheet | null
  readonly feeLines: readonly FeeLineView[]
  /** What the state's description says that it costs; empty where that says nothing, or that it is free. */
  readonly feeDescribed: readonly string[]
  /** Names that rules of the fee may use. */
  readonly vocabulary: Vocabulary | null
  /** Ready-made processes; `isChosen` where the service's process is exactly that. */
  readonly processes: readonly {
    readonly id: string
    readonly title: string
    readonly text: string
    readonly isChosen: boolean
  }[]
  readonly hasProcess: boolean
  /** Where the process came from elsewhere: what was assumed, what is lost, and what each step became. */
  readonly adapted: {
    readonly assumed: readonly string[]
    readonly unmapped: readonly string[]
    /** The same by step, as it is named in the rows of the sheet. */
    readonly told: Readonly<Record<string, readonly string[]>>
    readonly sheet: Sheet | null
  } | null
  readonly hasForm: boolean
  readonly points: readonly PointLine[]
  readonly questions: readonly {
    readonly path: string
    readonly label: string
    readonly kind: string
    readonly isConditional: boolean
  }[]
  /** Notices that the service has, by kind and language. */
  readonly notices: readonly { readonly kind: 'approval' | 'refusal'; readonly lang: string }[]
  /** Other languages of the form, and how many of its texts each lacks. */
  readonly languages: readonly LanguageGap[]
  /** Languages in which the process has its words. */
  readonly processLangs: readonly string[]
  readonly files: readonly FileLine[]
  readonly conflicts: readonly { readonly id: string; readonly sheet: string; readonly atMs: number }[]
  /** To be sent with publishing: what this page shows is published, or nothing. */
  readonly version: number
  readonly changedBy: string
  readonly changedAtMs: number | null
  /** The pages that people see are those of the live content; not while a release of them is being made. */
  readonly arePagesShown: boolean
  /** Drafts that people have begun and not sent, on whatever version. */
  readonly draftsRunning: number
  /** Running cases that keep to another process than the one that is or would be published. */
  readonly casesBefore: number
  /** What the other pages of the service need. */
  readonly examples: readonly string[]
  readonly planned: PlannedView | null
}

/** A row of the table of fees, with its amounts as people write them. */
export type FeeLineView = Pick<
  FeeLine,
  'key' | 'name' | 'fixed' | 'sharedWith' | 'due' | 'otherwise' | 'when' | 'count'
> & {
  readonly amounts: readonly AmountText[]
  /** How often it is owed, in words; empty where once. */
  readonly times: string
  /** Of what it is a multiple; null where a rule that is written by hand says so. */
  readonly factors: readonly FactorView[] | null
}
export type FeePage = {
  readonly lines: readonly FeeLineView[]
  /** Fees of the town that are not this service's. */
  readonly known: readonly FeeLineView[]
  /** What the state's description says that it costs; empty where that says nothing, or that it is free. */
  readonly described: readonly string[]
  readonly counts: readonly CountChoice[]
  /** Everything a condition may be put together from. */
  readonly words: readonly Word[]
  /** Of every one the others of its kind, whose answers it may be compared with. */
  readonly others: ChooserView['others']
  /** Questions that take files; null where the form is broken. */
  readonly proofs: readonly string[] | null
  /** Names of the words that the rules of the table look at. */
  readonly asked: readonly string[]
  /** The day in Berlin, as people write it. */
  readonly today: string
}

export type SheetPage = {
  readonly slug: string
  readonly title: string
  readonly sheet: Sheet
  readonly findings: readonly PlacedFinding[]
  /** What it is about: the rule in words as the data schema has it, or the question. */
  readonly about: { readonly name: string; readonly text: string } | null
  /** Names that its rules may use; null where it has no rules, or the form is broken. */
  readonly vocabulary: Vocabulary | null
  /** By row: how a rule is put together from questions. Rows without one are written by hand. */
  readonly choosers: Readonly<Record<string, ChooserView>>
  /** On the sheet of an approval that repeats answers: questions about the matter that it does not repeat, new ones too. */
  readonly unrepeated: readonly string[]
  /** Names that texts may hold in braces, on the sheets of notices alone. */
  readonly placeholders: readonly Placeholder[]
  /** Pages that ask questions, on the sheet of pages and on that of a rule in words. */
  readonly pages: readonly PageLine[]
  /** Paths of the questions that the rule in words speaks of. */
  readonly named: readonly string[]
  /** What of the form can keep the rule in words, those at the questions it speaks of first; else empty. */
  readonly keepers: readonly KeeperView[]
  /** Of a rule in words: how it stands. */
  readonly point: PointLine | null
  /** On the sheet of the fee alone. */
  readonly fee: FeePage | null
  /** On the sheet of a rule in words that says how a field is worked out which nobody fills in. */
  readonly compute: ComputePage | null
}
/** A field that nobody fills in, and of what a number may be worked out. */
export type ComputePage = Pick<FeePage, 'counts' | 'words'> & {
  readonly label: string
  readonly as: Locked['as']
  /** Of what its number is a multiple so far; null where a rule that is written by hand says so. */
  readonly factors: readonly FactorView[] | null
}
/** A page with its questions; `at` is how the names of its rows begin. */
export type PageLine = {
  readonly at: string
  readonly id: string
  readonly title: string
  readonly isConditional: boolean
  /** There is a page before it in the same list, which it can be joined with. */
  readonly hasBefore: boolean
  /** Something stands before or after it, which it can change places with. */
  readonly canUp: boolean
  readonly canDown: boolean
  /** Lists that begin with this page, the outermost first. */
  readonly lists: readonly {
    readonly id: string
    readonly title: string
    readonly canUp: boolean
    readonly canDown: boolean
  }[]
  /** Title of the repeating group it stands in. */
  readonly within: string
  readonly questions: readonly { readonly path: string; readonly label: string }[]
}
export type FilePage = {
  readonly slug: string
  readonly title: string
  readonly name: string
  readonly text: string
  readonly seen: string
  readonly findings: readonly PlacedFinding[]
}
export type ConflictPage = {
  readonly slug: string
  readonly title: string
  readonly id: string
  readonly sheet: string
  /** Values as sent, beside those that stand there now. */
  readonly rows: readonly {
    readonly name: string
    readonly label: string
    readonly yours: string
    readonly now: string
    readonly isLong: boolean
    /** Part of a box that is sent again as it is; what differs in boxes stands in `ticks`. */
    readonly isHidden: boolean
  }[]
  readonly ticks: readonly {
    readonly label: string
    readonly yours: readonly string[]
    readonly now: readonly string[]
  }[]
  readonly seen: string
  /** Where it is sent again, below the service. */
  readonly path: string
}
export type ComparePage = {
  readonly slug: string
  readonly title: string
  readonly changes: readonly FormChange[]
  readonly before: string
  readonly after: string
  readonly files: readonly (FileLine & { readonly lines: readonly DiffLine[] })[]
  readonly isNew: boolean
  /** Other languages of the form, and how many of its texts each lacks. */
  readonly languages: readonly LanguageGap[]
  /** Nothing can be published while there are any. */
  readonly findings: readonly PlacedFinding[]
  /** What changes, by the rows of the sheets; empty for a service that is not published yet. */
  readonly said: readonly WordChange[]
  /** Rules in words that the form does not keep: for the clerk, or not needed because of a reason. */
  readonly unchecked: readonly PointLine[]
  readonly draftsRunning: number
  /** Running cases that keep to another process than the one that is or would be published. */
  readonly casesBefore: number
  /** The live files changed after the work began; publishing asks to look first. */
  readonly moved: readonly string[]
  readonly version: number
}
export type DiffLine = { readonly what: 'same' | 'added' | 'removed'; readonly text: string }
