import type { NeededDocument } from '../catalogue/view.ts'
import type { AddressPart, FieldKind, NextStep } from './model.ts'

/*
 * Plain data for the pages of an application. No HTML. All texts are in the form's language and ready to show.
 * Names of controls are JSON pointers of the answer (`/halter/vornamen`, `/hunde/0/rufname`); the three parts of a date
 * add `/day`, `/month`, `/year`, `/time`; each tick of "several of" adds its code; the question for another item is `<pointer of the group>/+`; `id` is safe in HTML and CSS.
 * Values of yes/no questions are `true` and `false`, of a ticked declaration `true`.
 * Every page is one `<form method="post" novalidate>`; the field `action` may hold `remove:<pointer>` (an item of a loop
 * or one file), `leave`, `stay` (keep what was sent, a file for example, and show the page again), `lang:<code>` (the same in
 * another language) or `keep` (of two versions the stored one); anything else, or nothing, means "continue".
 */

/** Paths of the pages, made by whoever mounts them; `step` gets an address such as `hunde-1-chip`. */
export type FormPaths = {
  readonly start: string
  readonly step: (address: string, changing?: boolean) => string
  readonly review: string
  /** The list of tasks, where the form has one. */
  readonly tasks: string
}

/** Words of the user interface by key, e.g. `forms.yes`; `{name}` in a text is filled from `params`. */
export type Words = (key: string, params?: Readonly<Record<string, string | number>>) => string

export type FieldControl =
  | 'input'
  | 'textarea'
  | 'date'
  | 'radios'
  | 'checkboxes'
  | 'dropdown'
  | 'checkbox'
  | 'file'
  | 'output'
  | 'note'

export type ErrorView = {
  readonly type: string
  readonly params: Readonly<Record<string, string | number>>
  /** The sentence to show, the same above the page and at the field. */
  readonly text: string
  /** Id of the control a link in the error summary goes to. */
  readonly targetId: string
}

/** A value that comes from the applicant's account. */
export type SourceView = {
  readonly provider: string
  readonly isLocked: boolean
  /** In words, for one that is locked. */
  readonly valueText: string
}

export type FieldView = {
  readonly kind: FieldKind
  readonly control: FieldControl
  readonly id: string
  /** Empty for a note. */
  readonly name: string
  /** Names of all its controls: the parts of a date, the ticks of "several of", else `name` alone; none for a note. */
  readonly names: readonly string[]
  /** Of a note its title; empty where it has none. */
  readonly label: string
  /** The label is the page's heading (one question on the page): show it as `h1`, do not repeat it. */
  readonly isHeading: boolean
  readonly hint?: string
  readonly why: WhyView
  /** Add the word "(freiwillig)". */
  readonly isOptional: boolean
  /**
   * As typed; empty where nothing was typed, or where there are several controls. Code for radios and dropdown, `true` for a
   * ticked checkbox. Of a computed value the text to show.
   */
  readonly value: string
  readonly error?: ErrorView
  /** Where the value comes from; a locked one is shown and cannot be changed here. */
  readonly source?: SourceView
  /** Something worth a second look that stops nobody: a street the town's list does not have. */
  readonly notice?: string
  /** The address it is part of: fields of the same id stand in one fieldset. `isHeading`: its title is the page's heading. */
  readonly group?: { readonly id: string; readonly title: string; readonly isHeading: boolean }
  readonly part?: AddressPart
  /** Texts to choose from while typing; any other may be typed. */
  readonly suggestions?: readonly string[]
  readonly autocomplete?: string
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'email'
  readonly inputType: 'text' | 'tel' | 'email'
  readonly maxLength?: number
  readonly isSpellchecked: boolean
  /** Characters the control should be wide: a hint of the expected length. */
  readonly width?: 2 | 4 | 10 | 20 | 30
  readonly unit?: string
  readonly options: readonly OptionView[]
  readonly dateParts: readonly DatePartView[]
  readonly file?: FileView
  /** Text of a note, or the sentence beside a declaration's checkbox. */
  readonly text?: string
}

export type WhyView = { readonly purpose: string; readonly legalBasis: string }
export type OptionView = {
  readonly id: string
  /** Name of the control: the question's for radios and dropdown, one of its own for each of several ticks. */
  readonly name: string
  readonly code: string
  readonly label: string
  readonly hint?: string
  readonly isChosen: boolean
}
export type DatePartView = {
  readonly part: 'day' | 'month' | 'year' | 'time'
  readonly id: string
  readonly name: string
  readonly label: string
  readonly value: string
  readonly autocomplete?: string
  readonly width: 2 | 4 | 10
  readonly maxLength: number
  readonly hasError: boolean
}
export type FileView = {
  /** For the attribute `accept`. */
  readonly accept: string
  /** "PDF, JPG oder PNG" */
  readonly typeNames: string
  readonly maxSizeBytes: number
  /** "20 MB" */
  readonly maxSizeText: string
  readonly maxFiles: number
  readonly canAdd: boolean
  /** At least two of the files are pictures, and the question takes a PDF in their place. */
  readonly canMerge: boolean
  /** The box "I hand this in later"; absent where that is not possible, or a file is there. */
  readonly later?: { readonly id: string; readonly name: string; readonly isChosen: boolean }
  /** Documents that prove the answer, as far as earlier answers tell. */
  readonly evidence: readonly string[]
  readonly files: readonly FileRowView[]
}
export type FileRowView = {
  readonly id: string
  readonly name: string
  readonly sizeText: string
  /** Value of the button `action` that removes it: `remove:/unterlagen/nachweis/<id>`. */
  readonly removeAction: string
}

export type ProgressView = {
  /** From 1. */
  readonly number: number
  readonly total: number
  /** "Schritt 3 von 7" */
  readonly text: string
}

export type StepView = {
  readonly kind: 'questions' | 'loop'
  readonly address: string
  readonly service: { readonly slug: string; readonly title: string }
  /** Heading; for an item of a loop with its number ("Hund 2: Chip"). */
  readonly title: string
  /** For `<title>`: starts with "Fehler:" where the page shows errors. */
  readonly pageTitle: string
  readonly caption?: string
  readonly lead?: string
  readonly progress: ProgressView
  /** Previous page, or the start page. */
  readonly backPath: string
  readonly fields: readonly FieldView[]
  /** Present on the page that lists the items of a repeating group. */
  readonly loop?: LoopView
  /** Empty unless the page was sent with something wrong. */
  readonly errors: readonly ErrorView[]
  /** To be sent back as `seen`: which answers this page was made from. */
  readonly seen: string
  /** What another window saved on this page meanwhile; the controls hold what was typed here. */
  readonly conflict?: { readonly text: string; readonly rows: readonly ConflictRow[] }
  /** The person came from the review page: "Weiter" leads back there. */
  readonly isChanging: boolean
  readonly button: string
  readonly isMultipart: boolean
}

export type LoopView = {
  readonly items: readonly LoopItemView[]
  /** Question "Möchten Sie noch einen Hund anmelden?"; absent when the maximum is reached. */
  readonly another?: FieldView
  /** Says how many are possible, e.g. "Sie können höchstens 5 anmelden."; shown where the maximum is reached. */
  readonly maximumText?: string
  /** Of that text: an error about all items leads to it, as nothing is asked there. */
  readonly id?: string
}
/** One question that two windows answered differently, in words. */
export type ConflictRow = { readonly label: string; readonly stored: string; readonly mine: string }
export type LoopItemView = {
  readonly title: string
  readonly changePath: string
  /** Hidden text of the link: "Ändern: Hund 1, Bello". */
  readonly changeLabel: string
  /** Absent where an item must remain. */
  readonly removeAction?: string
  readonly removeLabel: string
  readonly isComplete: boolean
}

export type SummaryRow = {
  readonly pointer: string
  readonly label: string
  /** In words; "Keine Angabe" for an optional question left empty; several lines for long text. */
  readonly value: string
  readonly kind: FieldKind
  readonly isEmpty: boolean
  /** Where the value comes from, where it is the applicant's account; added by whoever knows. */
  readonly source?: Pick<SourceView, 'provider' | 'isLocked'>
  readonly files: readonly { readonly id: string; readonly name: string; readonly sizeText: string }[]
}
export type SummarySection = { readonly id: string; readonly title: string; readonly rows: readonly SummaryRow[] }

export type ReviewRow = SummaryRow & {
  readonly changePath: string
  readonly changeLabel: string
  /** Something worth a second look that stops nobody. */
  readonly notice?: string
}
export type ReviewView = {
  readonly service: { readonly slug: string; readonly title: string }
  readonly title: string
  readonly pageTitle: string
  readonly progress: ProgressView
  readonly backPath: string
  readonly sections: readonly { readonly id: string; readonly title: string; readonly rows: readonly ReviewRow[] }[]
  /** Something is still missing: the page links there instead of showing the button. */
  readonly missing?: { readonly path: string; readonly text: string }
  readonly notes: readonly string[]
  /** What is open about who may apply, and what is not met although one applies. */
  readonly eligibility: { readonly unmet: readonly string[]; readonly unclear: readonly string[] }
  /** Somebody else whose data these are, by law or by mandate: they have to be told (GDPR Art. 14). */
  readonly concerned: 'child' | 'mandate' | null
  readonly legalEffect: string
  readonly button: string
}

/** Why somebody may not be entitled, and what to do; never an error. */
export type EligibilityView = {
  readonly service: { readonly slug: string; readonly title: string }
  readonly title: string
  readonly backPath: string
  readonly unmet: readonly ConditionView[]
  readonly unclear: readonly ConditionView[]
  /** What else one can do. */
  readonly next: readonly string[]
  readonly otherWays: readonly string[]
}
export type ConditionView = {
  readonly text: string
  /** The page on which it was answered, and the link's text with its hidden part. */
  readonly change?: { readonly path: string; readonly label: string }
}

export type TaskState = 'open' | 'begun' | 'done' | 'waiting'
export type TasksView = {
  readonly service: { readonly slug: string; readonly title: string }
  readonly backPath: string
  readonly tasks: readonly {
    readonly id: string
    readonly title: string
    readonly state: TaskState
    /** Absent where it cannot be begun yet. */
    readonly path?: string
  }[]
  readonly doneCount: number
  /** Present when every task is done. */
  readonly reviewPath?: string
}

/** A page of the pre-check, which stores nothing. */
export type PrecheckView = {
  readonly service: { readonly slug: string; readonly title: string }
  readonly lead: string
  /** Names and values of hidden controls: what was answered before. */
  readonly kept: readonly (readonly [string, string])[]
} & (
  | {
      readonly kind: 'question'
      readonly number: number
      readonly total: number
      readonly field: FieldView
      /** Value of the button `back`; empty at the first question. */
      readonly before: string
    }
  | {
      readonly kind: 'result'
      readonly outcome: 'yes' | 'no' | 'unclear'
      readonly unmet: readonly string[]
      readonly unclear: readonly string[]
      readonly next: readonly string[]
      readonly otherWays: readonly string[]
    }
)

export type StartView = {
  readonly service: { readonly slug: string; readonly title: string }
  readonly lead: string
  readonly minutes: number
  readonly eligible: readonly string[]
  /** There are questions by which one finds out beforehand whether one may apply. */
  readonly hasPrecheck: boolean
  readonly hasTasks: boolean
  readonly needed: readonly string[]
  /** Files the form may ask for. */
  readonly evidence: readonly NeededDocument[]
  readonly fee: string
  readonly deadline: string
  readonly otherWays: readonly string[]
  readonly privacy: PrivacyView
}
/** Information before the first answer (GDPR Art. 13), made from the purposes of the fields. */
export type PrivacyView = {
  readonly rows: readonly {
    readonly purpose: string
    readonly legalBasis: string
    readonly fields: readonly {
      readonly label: string
      readonly isOptional: boolean
      /** Obligatory or not, as other answers are. */
      readonly dependsOnAnswers: boolean
    }[]
  }[]
  /** One may apply for somebody else, who has to be told of it (GDPR Art. 14). */
  readonly isForOthers: boolean
  readonly recipients: string
  readonly retention: string
}

export type ReceiptView = {
  readonly service: { readonly slug: string; readonly title: string }
  readonly title: string
  readonly next: readonly NextStep[]
}

/** Questions and answers in words, behind "wenn"; or the label of the question on whose answer it depends. */
export type PaperCondition = { readonly condition: string } | { readonly question: string }

/** One question on paper. */
export type PaperItem = {
  readonly kind: 'line' | 'lines' | 'date' | 'options' | 'tick' | 'file' | 'note'
  readonly label: string
  readonly hint?: string
  readonly text?: string
  readonly isOptional: boolean
  /** Choices to tick. */
  readonly options: readonly string[]
  /** When this one is to be answered. */
  readonly dependsOn?: PaperCondition
  /** When this one may not be left empty. */
  readonly requiredBy?: PaperCondition
}
/** A section of the empty form; `repeatMax`: one sheet per item. */
export type PaperSection = {
  readonly title: string
  readonly repeatMax?: number
  readonly items: readonly PaperItem[]
}
