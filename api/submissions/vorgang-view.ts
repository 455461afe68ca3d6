import type { DeliveryView } from '../connectors/service.ts'
import type { ApplicantKind } from '../forms/model.ts'
import type { SummarySection } from '../forms/view.ts'
import type { Evidence } from '../identity/service-evidence.ts'
import type { JournalLine } from '../journal/service.ts'
import type { RequestView } from '../messages/service.ts'
import type { Errand, LetterView } from '../messages/service-letters.ts'
import type { Note } from '../messages/service-notes.ts'
import type { DecisionView, NoticeView } from '../notices/service.ts'
import type { Order } from '../orders/service.ts'
import type { Expert } from '../orders/service-experts.ts'
import type { ExemptionView, Fee, PaymentView } from '../payments/service.ts'
import type { WaitsFor } from '../postboxes/plan.ts'
import type { LookupView } from '../registers/service.ts'
import type { Case, StateView, TaskView } from '../workflow/service.ts'
import type { Course } from '../workflow/service-course.ts'
import type { AccessView } from './access-renewal.ts'
import type { Participation } from './invitations.ts'
import type { PointView } from './points.ts'
import type { DocumentView } from './service-case-documents.ts'
import type { SentView } from './service-sent.ts'

export type JournalView = Pick<JournalLine, 'seq' | 'type' | 'atMs' | 'body'> & {
  /** Who: name of a member of staff, or a code that the page words (`citizen`, `system:process`). */
  readonly actor: string
  /** Name of the absent colleague for whom that was done. */
  readonly instead: string | null
}
export type VorgangView = {
  readonly id: string
  readonly reference: string
  readonly aktenzeichen: string
  readonly eakteId: string
  readonly service: { readonly slug: string; readonly title: string }
  readonly postbox: { readonly id: string; readonly name: string }
  readonly state: StateView | null
  /** Id of the item in a postbox through which this person works on it. */
  readonly itemId: string
  readonly itemState: 'open' | 'waiting' | 'done'
  readonly dueOn: string
  readonly receivedAtMs: number
  /** `isStoodIn`: the reader stands in for them today. */
  readonly assignee: { readonly name: string; readonly isMe: boolean; readonly isStoodIn: boolean } | null
  /** The one next action; null where nothing is to be done, or by nobody here. */
  readonly task: TaskView | null
  /** What is open at the same time besides. */
  readonly beside: readonly {
    readonly title: string
    readonly postbox: string
    readonly assignee: string | null
    readonly dueOn: string
  }[]
  /** It lies in a postbox of this person; false for an office that only takes part. */
  readonly isLead: boolean
  /** What the task's outcomes that ask for a fee will ask for; null where none does, or where it cannot be told. */
  readonly feeAhead: (Pick<Fee, 'items' | 'totalCents'> & { readonly isDemo: boolean }) | null
  /** Whom or what the process waits for where there is no task; null where it waits for nothing. */
  readonly waitsFor: WaitsFor | null
  /** With the German words of the form, whatever language the person read it in: their copy is among the documents. */
  readonly answers: readonly SummarySection[]
  /** How the applicant was identified; null for a guest. */
  readonly identity: (NonNullable<Evidence['account']> & { readonly isWrittenFormReplaced: boolean }) | null
  /** For whom they apply; null where the form does not ask. */
  readonly applicant: ApplicantKind | null
  /** Who agreed or answered a page beside them. */
  readonly participants: readonly Participation[]
  /** What was found about who may apply; null where nothing is asked. */
  readonly eligibility: {
    readonly outcome: string
    readonly unmet: readonly string[]
    readonly unclear: readonly string[]
  } | null
  /** Rules in words that a clerk looks at in each case: the form does not check them. */
  readonly toCheck: readonly PointView[]
  /** Whether the person was heard before a decision (§ 28 VwVfG). */
  readonly isHeard: boolean
  readonly documents: readonly DocumentView[]
  readonly requests: readonly RequestView[]
  readonly decision: DecisionView | null
  readonly notices: readonly NoticeView[]
  readonly payments: readonly PaymentView[]
  /** Last day for paying what is open, as the person reads it; null where nothing is, or where the process waits without an end. */
  readonly payUntilOn: string | null
  readonly exemption: ExemptionView | null
  /** Which registers were asked what for, when, and what became of it. */
  readonly lookups: readonly LookupView[]
  readonly deliveries: readonly DeliveryView[]
  readonly journal: readonly JournalView[]
  readonly kind: Case['vorgang']['kind']
  /** Everything the person sent after the application, oldest first. */
  readonly sent: readonly SentView[]
  /** What is to be seen or done beside the process. */
  readonly errands: readonly Errand[]
  readonly letters: readonly LetterView[]
  /** Requests to give the person access anew, and what became of them, oldest first. */
  readonly access: readonly AccessView[]
  /** Other Vorgänge of the eAkte. */
  readonly related: readonly {
    readonly id: string
    readonly reference: string
    readonly kind: Case['vorgang']['kind']
  }[]
  readonly inspectionUntilOn: string | null
  /** Where it lies, and every other postbox that takes or took part, the main one first. */
  readonly offices: readonly {
    readonly postbox: string
    readonly title: string | null
    readonly state: 'open' | 'waiting' | 'done'
    readonly assignee: string | null
  }[]
  /** Open orders that the reader can answer, or that wait for their team. */
  readonly myOrders: readonly { readonly id: string; readonly title: string; readonly dueOn: string }[]
  /** Notes of clerks that are not struck out. */
  readonly noteCount: number
  /** It was closed and can be taken up again. */
  readonly canReopen: boolean
}
export type EakteView = {
  readonly id: string
  readonly aktenzeichen: string
  readonly title: string
  readonly filePlan: { readonly id: string; readonly title: string }
  readonly state: string
  readonly openedAtMs: number
  readonly closedAtMs: number | null
  readonly retainUntilOn: string | null
  readonly vorgaenge: readonly {
    readonly id: string
    readonly reference: string
    readonly state: string
    readonly openedAtMs: number
  }[]
  readonly documents: readonly DocumentView[]
  readonly journal: readonly JournalView[]
}

/** What is asked of a Vorgang at a time: each page of it needs one. */
export const PARTS = [
  'overview',
  'messages',
  'documents',
  'people',
  'notice',
  'course',
  'journal',
  'notes',
  'orders',
] as const
export type Part = (typeof PARTS)[number]

/** What stands above every page of a Vorgang: where it is, who has it, what is to be done next. */
export type HeadView = Pick<
  VorgangView,
  | 'id'
  | 'reference'
  | 'aktenzeichen'
  | 'eakteId'
  | 'service'
  | 'postbox'
  | 'state'
  | 'itemId'
  | 'itemState'
  | 'dueOn'
  | 'receivedAtMs'
  | 'assignee'
  | 'task'
  | 'beside'
  | 'isLead'
  | 'waitsFor'
  | 'kind'
  | 'related'
  | 'canReopen'
  | 'noteCount'
  | 'myOrders'
>
/** What is to be done, what was said, and what proves it. */
export type OverviewPart = Pick<
  VorgangView,
  | 'feeAhead'
  | 'answers'
  | 'identity'
  | 'applicant'
  | 'participants'
  | 'eligibility'
  | 'toCheck'
  | 'isHeard'
  | 'documents'
  | 'decision'
  | 'payments'
  | 'lookups'
  | 'errands'
  | 'access'
>
export type MessagesPart = Pick<VorgangView, 'requests' | 'letters' | 'sent'>
export type DocumentsPart = Pick<VorgangView, 'documents'>
export type PeoplePart = Pick<
  VorgangView,
  'identity' | 'applicant' | 'participants' | 'access' | 'inspectionUntilOn' | 'offices'
>
export type NoticePart = Pick<VorgangView, 'decision' | 'notices' | 'payments' | 'exemption' | 'payUntilOn'>
/** `by` is a member of staff's name, or a code that the page words. */
export type CoursePart = Pick<VorgangView, 'deliveries'> & { readonly course: Course }
/** One page of the journal, newest line first; `next`: where the next, older page begins. */
export type JournalPart = { readonly journal: readonly JournalView[]; readonly next: number | null }

/** What clerks wrote for each other, newest first; `by` is the author's name, and who wrote one can strike it out. */
export type NotesPart = { readonly notes: readonly (Note & { readonly isMine: boolean })[] }

/** An order as clerks see it. `over`: it was open when the Vorgang ended. */
export type OrderView = Pick<
  Order,
  'id' | 'kind' | 'dueOn' | 'createdAtMs' | 'question' | 'note' | 'answer' | 'answerText' | 'endedAtMs'
> & {
  readonly state: Order['state'] | 'over'
  /** Name of the postbox in which it lies. */
  readonly postbox: string
  /** Name of the one who is asked; null for anybody of the team. */
  readonly to: string | null
  readonly by: string
  readonly endedBy: string | null
  readonly documents: readonly DocumentView[]
  readonly mayAnswer: boolean
  readonly mayWithdraw: boolean
}
/** Somebody outside who was asked, as clerks see it. */
export type ExpertView = Omit<Expert, 'vorgangId' | 'createdBy' | 'documents'> & {
  readonly by: string
  readonly link: string
  /** To be handed on by another way than the link; null once it is over. */
  readonly code: string | null
  /** Titles of what they may open. */
  readonly shown: readonly string[]
  readonly documents: readonly DocumentView[]
}
export type OrdersPart = {
  /** Oldest first; those that are confidential stand here for the leading office alone. */
  readonly experts: readonly ExpertView[]
  /** Documents that can be shown to somebody outside; empty where nobody may be asked. */
  readonly showable: readonly { readonly id: string; readonly title: string }[]
  readonly mayAskOutside: boolean
  /** Oldest first. */
  readonly orders: readonly OrderView[]
  /** To whom the reader can give an order; empty for an office that only takes part. */
  readonly recipients: readonly {
    readonly postbox: string
    readonly name: string
    readonly people: readonly { readonly id: string; readonly name: string }[]
  }[]
}

export type OverviewView = HeadView & OverviewPart
export type MessagesView = HeadView & MessagesPart
export type DocumentsView = HeadView & DocumentsPart
export type PeopleView = HeadView & PeoplePart
export type NoticePage = HeadView & NoticePart
export type CourseView = HeadView & CoursePart
export type JournalPage = HeadView & JournalPart
export type NotesView = HeadView & NotesPart
export type OrdersView = HeadView & OrdersPart
