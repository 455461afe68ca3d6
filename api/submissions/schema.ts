import * as v from 'valibot'
import { SPOKEN } from '../http/language.ts'
import { ORDER_KINDS } from '../orders/service.ts'
import { PARTS } from './vorgang-view.ts'

export const Id = v.pipe(v.string(), v.uuid())
export const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))
/** Address of a page of a form. */
export const Address = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,120}$/))
/** JSON pointer of a question. */
export const Pointer = v.pipe(v.string(), v.maxLength(200), v.regex(/^(\/[A-Za-z0-9]+)+$/))

export const PDF = 'application/pdf'
export const ANY_FILE = '*/*'

export const Language = v.picklist(SPOKEN)
/** Beside what is named here only answers of the pre-check, by name of the control. */
export const StartDraft = v.pipe(
  v.looseObject({ service: Slug, lang: v.optional(Language, 'de'), anyway: v.optional(v.literal('true')) }),
  v.check((sent) => Object.entries(sent).every(([name, value]) => isKnown(name) || isAnswer(name, value))),
)
const isKnown = (name: string): boolean => ['service', 'lang', 'anyway'].includes(name)
const isAnswer = (name: string, value: unknown): boolean =>
  /^(\/[A-Za-z0-9]+){1,6}$/.test(name) && typeof value === 'string' && value.length <= 200
export const StartedDraft = v.object({ draftId: Id, step: v.string() })
/** Where a person goes on, as a path of pages. */
export const Resume = v.object({ page: v.string() })
export const SavedStep = v.object({
  draftId: Id,
  to: v.picklist(['step', 'tasks', 'eligibility', 'review', 'left']),
  address: v.string(),
  isInvalid: v.boolean(),
})
export const SavedFile = v.object({
  pointer: v.string(),
  id: Id,
  name: v.string(),
  mediaType: v.string(),
  sizeBytes: v.number(),
  sha256: v.string(),
})

/** A file on its way: how many bytes have arrived; `file` once it is whole. */
export const SavedPart = v.object({ receivedBytes: v.number(), file: v.optional(SavedFile) })

/** `version` of the review that the person saw; a form sends it as text. */
const Version = v.pipe(v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.toNumber())]), v.integer())
/** `notice`: how the person wants to get notices; where they say nothing, the city's rules for that hold. */
export const SubmitDraft = v.strictObject({
  version: v.optional(Version),
  notice: v.optional(v.picklist(['online', 'post'])),
})
export const SubmittedDraft = v.object({ draftId: Id, vorgangId: Id, isCorrection: v.boolean() })

/** A page of ours that a person may come back to. */
const Page = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^\/((antrag|mitzeichnen|gutachten|status|konto|fehler)(\/[A-Za-z0-9-]{1,120}){0,4}\/?)?$/),
)
export const Speak = v.strictObject({ lang: Language, page: v.optional(Page, '/') })
export const Spoken = v.object({ lang: Language })
export const MailSaved = v.strictObject({
  email: v.pipe(v.string(), v.trim(), v.maxLength(254), v.email()),
})
export const MailedSaved = v.object({ sent: v.boolean() })

const Reference = v.pipe(v.string(), v.maxLength(40))
export const StatusSignIn = v.strictObject({ reference: Reference, code: v.pipe(v.string(), v.maxLength(40)) })
export const SignedInStatus = v.object({ vorgangId: Id, nextCode: v.nullable(v.string()) })
export const ResumeSignIn = v.strictObject({ reference: Reference, code: v.pipe(v.string(), v.maxLength(40)) })
export const Resumed = v.object({ draftId: Id })
export const StatusCode = v.strictObject({ reference: Reference })
export const CodeSent = v.object({ sent: v.boolean() })
/** Deleting an account needs the tick that says so. */
export const ConfirmDelete = v.strictObject({ confirm: v.union([v.literal('true'), v.literal(true)]) })
export const Discarded = v.object({ discarded: v.literal(true) })
export const EarlierFileOf = v.strictObject({
  question: Pointer,
  file: Id,
  /** Address of the page that asks, for the way back. */
  step: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,100}$/))),
})
/** Ids of files, one after the other. */
export const FileIds = v.pipe(
  v.string(),
  v.maxLength(37 * 50),
  v.regex(/^([0-9a-f-]{36}(,[0-9a-f-]{36})*)?$/),
  v.transform((ids) => ids.split(',').filter(Boolean)),
)
/**
 * Photos of a question in the order of their pages: all are merged, or (`action`) one goes up or down, which a program does by
 * itself. A form says of each photo to be left out `without-<id>`.
 */
export const MergePhotos = v.objectWithRest(
  {
    question: Pointer,
    order: FileIds,
    step: v.optional(Address),
    action: v.optional(v.pipe(v.string(), v.regex(/^(merge|(up|down):[0-9a-f-]{36})$/)), 'merge'),
  },
  v.literal('true'),
)
export const MergedPhotos = v.union([SavedFile, v.object({ order: v.array(Id) })])
export const OfVorgang = v.object({ vorgangId: Id })
/** Version of the form of an act that a person saw. */
export const FormVersion = v.optional(Version)
export const ActAnswer = v.object({ vorgangId: Id, page: v.string() })
/** Id of a rule in words, as the data schema has it. */
export const PointId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,100}$/))
export const CheckedPoint = v.strictObject({ checked: v.picklist(['yes', 'no']) })
export const Reopen = v.strictObject({ message: v.pipe(v.string(), v.maxLength(10_000)) })

/** One text of a clerk, on one line or more; blanks around it are none. */
const prose = (lengthMax: number) =>
  v.pipe(
    v.string(),
    v.transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC').trim()),
    v.maxLength(lengthMax),
  )
const REASON_LENGTH_MAX = 1_000
/** How a person proved at the counter who they are: by an identity document, or by something else that is named. */
export const IDENTIFIED_BY = ['id-document', 'other-proof'] as const
/** `evidence` is needed where it is no identity document; `email` empty: news go nowhere. */
export const AccessRequest = v.strictObject({
  identifiedBy: v.picklist(IDENTIFIED_BY),
  evidence: v.optional(prose(500), ''),
  email: v.pipe(
    v.optional(v.union([v.literal(''), v.pipe(v.string(), v.trim(), v.maxLength(254), v.email())]), ''),
    v.transform((email) => (email === '' ? null : email)),
  ),
  reason: v.pipe(prose(REASON_LENGTH_MAX), v.minLength(1)),
})
export const RefuseAccess = v.strictObject({ comment: v.pipe(prose(REASON_LENGTH_MAX), v.minLength(1)) })
export const OfAccess = v.object({ vorgangId: Id, accessId: Id })
export const HandedCodes = v.object({
  codes: v.array(v.object({ vorgangId: Id, reference: v.string(), code: v.string() })),
})

export const ReceivedMail = v.object({ taken: v.picklist(['reply', 'bounce', 'ignored']) })

/** Page of a document, from 1. */
export const PageNumber = v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/), v.toNumber())
export const PageText = v.object({ text: v.string(), width: v.number(), height: v.number() })

export const VorgangPart = v.picklist(PARTS)
/** Number of a line of the journal, before which a page of it begins. */
export const JournalLineNumber = v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/), v.toNumber()))

/** What its writer saw last, so that the same text pressed twice is written once. */
const Seen = v.optional(v.union([v.literal(''), Id]), '')
/** The use case says what is wrong with a text, with its control. */
const LongText = v.optional(v.pipe(v.string(), v.maxLength(20_000)), '')
export const WriteNote = v.strictObject({ note: LongText, seen: Seen })
export const WriteLetter = v.strictObject({ message: LongText, seen: Seen })

const To = v.optional(v.pipe(v.string(), v.maxLength(160)), '')
export const GiveOrders = v.strictObject({
  kind: v.picklist(ORDER_KINDS),
  to1: To,
  to2: To,
  to3: To,
  to4: To,
  to5: To,
  /** One after the other, or all at once. */
  way: v.optional(v.picklist(['parallel', 'serial']), 'parallel'),
  orderDueOn: v.optional(v.pipe(v.string(), v.maxLength(10)), ''),
  question: LongText,
  note: LongText,
  seen: Seen,
})
export const AnswerOrder = v.strictObject({
  answer: v.optional(v.picklist(['agreed', 'objected', 'done']), 'done'),
  answerText: LongText,
})

export const AskExpert = v.strictObject({
  expertName: v.optional(v.pipe(v.string(), v.maxLength(200)), ''),
  expertEmail: v.optional(v.pipe(v.string(), v.maxLength(254)), ''),
  expertQuestion: LongText,
  expertUntilOn: v.optional(v.pipe(v.string(), v.maxLength(10)), ''),
  confidential: v.optional(v.literal('yes')),
  seen: Seen,
})
export const ExpertAnswer = v.strictObject({ answerText: LongText })
