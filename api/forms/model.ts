import type { AttributeName } from '../lib/attribute-names.ts'
import type { Rule } from '../lib/feel.ts'
import type { TrustLevel } from '../lib/trust-level.ts'
import type { OpenPoint } from './data-model.ts'
import type { MonthNames } from './dates.ts'
import type { StreetList } from './streets.ts'

/**
 * A form as it is asked: the data schema joined with the overlay of one language, every rule compiled. Immutable.
 * A *path* names a field without item numbers (`hunde.rufname`), a *pointer* names one answer (`/hunde/0/rufname`),
 * an *address* names one page (`anschrift`, `hunde-1-chip`; items count from 1, as a person counts).
 */
export type Form = {
  readonly slug: string
  readonly lang: string
  /** Identity of this version: SHA-256 over the source files; drafts and submissions keep it. */
  readonly digest: string
  readonly id: string
  readonly version: string
  readonly title: string
  readonly fields: ReadonlyMap<string, Field>
  readonly groups: ReadonlyMap<string, Group>
  readonly sections: readonly Section[]
  readonly steps: readonly Step[]
  readonly checks: readonly Check[]
  /** Computed values that stand on no page, by the step after which all they use is known; '' before the first. */
  readonly computedAfter: ReadonlyMap<string, readonly Field[]>
  readonly eligibility: Eligibility
  /** Paths of the questions asked before the form; empty where there is no pre-check. */
  readonly precheck: { readonly lead: string; readonly questions: readonly string[] }
  /** Who has to agree beside the applicant before the application is sent. */
  readonly signers: readonly SignerRole[]
  /** By which answer it is known for whom one applies; absent where one applies for oneself. */
  readonly applicant?: ApplicantRule
  /** The sections are shown as a list of tasks. */
  readonly hasTasks: boolean
  readonly start: StartTexts
  readonly review: ReviewTexts
  readonly receipt: ReceiptTexts
  /** Streets of the town; absent where no address is asked. */
  readonly streets?: StreetList
  /** Names by which months may be typed, January first. */
  readonly monthNames: MonthNames
  /** Texts that are German although the form is in another language; pages mark them. */
  readonly germanTexts: ReadonlySet<string>
  /** What a person still has to carry over from the data schema by hand; shown to editors. */
  readonly openPoints: readonly UnansweredPoint[]
  /** Rules in words that a clerk looks at in each case. */
  readonly clerkPoints: readonly ClerkPoint[]
}

/** `lost`: what the answer named and is not in the form any more. */
export type UnansweredPoint = OpenPoint & { readonly lost?: readonly string[] }
export type ClerkPoint = Pick<OpenPoint, 'id' | 'name' | 'text'>

export type FieldKind =
  | 'text'
  | 'long-text'
  | 'name'
  | 'date'
  | 'incomplete-date'
  | 'time'
  | 'date-time'
  | 'number'
  | 'money'
  | 'bool'
  | 'select'
  | 'several'
  | 'country'
  | 'email'
  | 'phone'
  | 'iban'
  | 'digits'
  | 'plate'
  | 'tax-id'
  | 'chip'
  | 'file'
  | 'declaration'
  | 'computed'
  | 'note'

/** One question. `note` holds no answer, `computed` none that a person gives. */
export type Field = {
  readonly path: string
  readonly key: string
  /** Path of the innermost repeating group it belongs to; absent outside of one. */
  readonly loop?: string
  /** Paths of the repeating groups around it, outermost first; the last is `loop`. */
  readonly loops: readonly string[]
  /** End of its pointers, after the item it belongs to: `/rufname`. */
  readonly tail: string
  readonly kind: FieldKind
  /** Id and version in the data schema. */
  readonly element: ElementRef
  /** The question, or the label above the control. */
  readonly label: string
  /** Label in review, copy and clerk's page. */
  readonly shortLabel: string
  /** Words for error texts: nominative ("Der Rufname") and accusative ("den Rufnamen"). */
  readonly subject: string
  readonly object: string
  readonly hint?: string
  readonly why: Why
  /** It may be left empty; where `requiredWhen` is true it may not. */
  readonly isOptional: boolean
  /** The town has decided that it may always be left empty, also where the question has a condition. */
  readonly isWaived?: true
  /** Obligatory only when true; uses answers of earlier steps only. */
  readonly requiredWhen?: Rule
  /** Asked only when true; uses answers of earlier steps only. */
  readonly when?: Rule
  /** How a computed value comes about, from answers of earlier steps only. */
  readonly computed?: Computed
  readonly limits: Limits
  readonly options: readonly Option[]
  readonly display: 'radios' | 'dropdown'
  readonly autocomplete?: string
  /** What of the applicant's account stands here already: the first of these that the account has. */
  readonly prefill?: readonly AttributeName[]
  /** Shown beside a number: "cm". */
  readonly unit?: string
  readonly file?: FileLimits
  /** The part it is of an address, and the group that is the address. */
  readonly address?: { readonly part: AddressPart; readonly group: string }
  /** A file that may be handed in after the application. */
  readonly canBeLater: boolean
  /** Documents that can prove the answer; those whose rule holds are named beside the question. */
  readonly evidence: readonly Evidence[]
  /** Text of a note, or the sentence that a declaration confirms. */
  readonly text?: string
}

/** `as`: what its value is, and is shown as. Money is rounded to whole cents, half up. The rule is there once all is loaded. */
export type Computed = { readonly rule?: Rule; readonly as: 'text' | 'number' | 'money' | 'bool' | 'date' | 'select' }

export type ElementRef = { readonly id: string; readonly version: string; readonly name: string }
/** Purpose limitation of one field (GDPR Art. 5(1)(b), 13). */
export type Why = { readonly id: string; readonly purpose: string; readonly legalBasis: string }
export type Option = { readonly code: string; readonly label: string; readonly hint?: string }

/** Bounds of an answer. Lengths in characters; `min`/`max`: number, cents for money, ISO date for dates, `HH:MM` for times. */
export type Limits = {
  readonly minLength: number
  readonly maxLength: number
  readonly min?: number | string
  readonly max?: number | string
  /** Decimal places a number may have. */
  readonly decimals: number
  /** Anchored at both ends, checked by `patternProblem`. */
  readonly pattern?: string
  readonly isPast: boolean
  readonly isFuture: boolean
  /** How many options of `several` are chosen at least and at most; 1 for every other kind. */
  readonly choicesMin: number
  readonly choicesMax: number
  /** Only letters of DIN 91379, whatever the kind: the data schema says `text_latin`. */
  readonly isLatin: boolean
}

/** A document that proves an answer; `condition` says in words when it is needed. */
export type Evidence = { readonly name: string; readonly when?: Rule; readonly condition?: string }

export type FileLimits = {
  readonly mediaTypes: readonly string[]
  readonly maxSizeBytes: number
  readonly maxFiles: number
  readonly minFiles: number
}

export type Group = {
  readonly path: string
  readonly element: ElementRef
  readonly title: string
  /** Paths of its parts, for a group that is asked as one address. */
  readonly address?: Readonly<Partial<Record<AddressPart, string>>>
  /** Present for a repeating group. */
  readonly loop?: { readonly min: number; readonly max: number }
}

/** Parts of an address; `line1` to `line3` are the free lines of one abroad. */
export const ADDRESS_PARTS = [
  'street', 'houseNumber', 'suffix', 'postalCode', 'town', 'country', 'line1', 'line2', 'line3',
] as const // biome-ignore format: one list
export type AddressPart = (typeof ADDRESS_PARTS)[number]

export type Section = { readonly id: string; readonly title: string }

export type Step = QuestionStep | LoopStep
export type QuestionStep = {
  readonly kind: 'questions'
  readonly id: string
  readonly section: string
  readonly title: string
  readonly lead?: string
  /** Paths of its fields, in order. */
  readonly fields: readonly string[]
  readonly when?: Rule
  /** From here on the applicant has to be signed in at least at this level. */
  readonly trustLevel?: TrustLevel
  /** Somebody else may answer the page. */
  readonly delegate?: Delegation
}
/** A repeating group: the pages of each item, then a page that lists the items and asks for another. */
export type LoopStep = {
  readonly kind: 'loop'
  readonly id: string
  readonly section: string
  readonly title: string
  readonly group: string
  /** Heading of one item, e.g. "Hund {number}". */
  readonly itemTitle: string
  /** Path of the field that names an item in the list. */
  readonly itemName?: string
  /** "Möchten Sie noch einen Hund anmelden?" */
  readonly another: string
  /** Pages of one item; a repeating group inside it is a step of its own. */
  readonly steps: readonly Step[]
  readonly when?: Rule
}

/** A page that somebody else may answer: what they read beside it, and how sure it must be who they are. */
export type Delegation = {
  readonly title: string
  readonly text: string
  readonly sees: readonly string[]
  readonly trustLevel: TrustLevel
  readonly deadlineDays: number
}
/** People who declare too. */
export type SignerRole = {
  readonly id: string
  readonly title: string
  /** Why it needs them, to the applicant. */
  readonly text: string
  /** Needed only where true. */
  readonly when?: Rule
  readonly count: number
  /** Ids of the steps they read. */
  readonly sees: readonly string[]
  readonly declarations: readonly { readonly id: string; readonly text: string }[]
  /** Absent where the service's level counts. */
  readonly trustLevel?: TrustLevel
  readonly deadlineDays: number
}

export type ApplicantKind = 'self' | 'child' | 'mandate' | 'company'
/** `question` and the fields that prove a mandate or name a company, by path. */
export type ApplicantRule = {
  readonly question: string
  readonly kinds: Readonly<Record<string, ApplicantKind>>
  readonly mandate?: { readonly proof: string } | undefined
  readonly company?: { readonly name: string; readonly representation: string } | undefined
}

/** A rule between answers, checked where `at` is asked; nothing is said while an answer it uses is missing. */
export type Check = {
  readonly id: string
  readonly at: string
  readonly rule: Rule
  readonly text: string
  /** The list `at` stands in, where the rule looks at all its items: checked after the last, where another is asked for. */
  readonly list?: string
}

/** Who may apply; `next` says what else one can do. Without conditions everybody may. */
export type Eligibility = {
  readonly title: string
  readonly next: readonly string[]
  readonly conditions: readonly Condition[]
}
/** One condition, met where its rule is true; unclear where an answer is missing. */
export type Condition = { readonly id: string; readonly rule: Rule; readonly unmet: string; readonly unclear: string }

export type StartTexts = {
  readonly lead: string
  readonly minutes: number
  readonly eligible: readonly string[]
  readonly needed: readonly string[]
  readonly fee: string
  readonly deadline: string
  readonly otherWays: readonly string[]
  readonly recipients: string
  readonly retention: string
}
export type ReviewTexts = {
  readonly title: string
  /** What pressing the button means in law, shown above it (§ 9a Abs. 3 OZG, § 3a Abs. 5 VwVfG). */
  readonly legalEffect: string
  readonly button: string
  readonly notes: readonly { readonly id: string; readonly when: Rule; readonly text: string }[]
}
export type ReceiptTexts = {
  readonly title: string
  /** `onlyIf`: told only to those on whose answers the rule is true. */
  readonly next: readonly (NextStep & { readonly onlyIf?: Rule })[]
}
/** Something that happens next, and when, in words. */
export type NextStep = { readonly when: string; readonly text: string; readonly deadline?: string | undefined }

/** Media types an upload may have at most, with the names people know them by. */
export const FILE_TYPES: Readonly<Record<string, { readonly name: string; readonly extensions: readonly string[] }>> = {
  'application/pdf': { name: 'PDF', extensions: ['.pdf'] },
  'image/jpeg': { name: 'JPG', extensions: ['.jpg', '.jpeg'] },
  'image/png': { name: 'PNG', extensions: ['.png'] },
}
