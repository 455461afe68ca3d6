import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import { problemType } from '../lib/problem.ts'
import type { MessagesCtx } from './ctx.ts'
import {
  openDetails,
  openItems,
  type RequestItem,
  type RequestWhy,
  sealDetails,
  sealItems,
} from './service-request-details.ts'
import {
  answerRequest,
  findContact,
  findRequest,
  insertAnswer,
  insertRequest,
  listRequests,
  type RequestRow,
} from './store.ts'

export type { MessagesCtx } from './ctx.ts'
export { fillMail, type Mailer } from './mail.ts'

export const requestMissing = problemType('messages/request-missing', 404)
export const requestAnswered = problemType('messages/request-answered', 409)
export const requestTextMissing = problemType('messages/request-text-missing', 422)
export const requestDayWrong = problemType('messages/request-day-wrong', 422)
export const answerEmpty = problemType('messages/answer-empty', 422)

const TEXT_LENGTH_MAX = 5_000
/** A person may be given at most a year to answer. */
const ANSWER_DAYS_MAX = 366
/** A day that exists: JavaScript would turn 31 February into another one. */
const Day = v.pipe(
  v.string(),
  v.isoDate(),
  v.check((day) => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)),
)
const RequestText = v.pipe(
  v.string(),
  v.transform((text) => text.normalize('NFC').trim()),
  v.minLength(1),
  v.maxLength(TEXT_LENGTH_MAX),
)

export type RequestView = {
  readonly id: string
  readonly text: string
  readonly dueOn: string
  readonly state: RequestRow['state']
  readonly createdAtMs: number
  /** Why it is asked; null where that was not said. */
  readonly why: RequestWhy | null
  /** Answers of the application that it is about, as they stood. */
  readonly items: readonly RequestItem[]
  readonly answer: {
    readonly text: string
    readonly atMs: number
    /** What was said to each item, in their order; empty where nothing new was. */
    readonly items: readonly string[]
  } | null
}

/**
 * Prepares a request for information: sealed text, the day until which the answer is expected, a journal line.
 * Throws `messages/request-text-missing`, and `messages/request-day-wrong` for a day that is not after today or more than
 * a year away.
 */
export async function prepareRequest(
  ctx: MessagesCtx,
  input: {
    readonly vorgangId: string
    readonly eakteId: string
    readonly keyId: string
    readonly text: unknown
    readonly dueOn: unknown
    readonly today: string
    readonly by: string
    readonly details?: { readonly why: RequestWhy | null; readonly items: readonly RequestItem[] }
  },
): Promise<{ readonly dueOn: string; readonly plan: Plan }> {
  const text = v.safeParse(RequestText, input.text)
  if (!text.success) {
    throw requestTextMissing('text', { errors: [{ pointer: '/text', type: text.issues[0].type }] })
  }
  const dueOn = v.safeParse(Day, input.dueOn)
  if (!dueOn.success || dueOn.output <= input.today || dueOn.output > addDays(input.today, ANSWER_DAYS_MAX)) {
    throw requestDayWrong('dueOn', { errors: [{ pointer: '/dueOn', type: 'future' }] })
  }
  const id = ctx.newId()
  const spot = { table: 'information_requests', row: id, column: 'text' }
  const createdAtMs = ctx.now()
  const details = input.details ?? { why: null, items: [] }
  return {
    dueOn: dueOn.output,
    plan: {
      statements: [
        insertRequest({
          id,
          vorgangId: input.vorgangId,
          keyId: input.keyId,
          textSealed: await ctx.keyring.seal(input.keyId, spot, text.output),
          dueOn: dueOn.output,
          state: 'open',
          createdBy: input.by,
          createdAtMs,
          detailsSealed: toBuffer(await sealDetails(ctx, input.keyId, id, details)),
        }),
      ],
      journal: [
        {
          eakteId: input.eakteId,
          type: 'information-requested',
          atMs: createdAtMs,
          actor: input.by,
          body: {
            vorgang: input.vorgangId,
            request: id,
            dueOn: dueOn.output,
            ...(details.why === null ? {} : { why: details.why }),
            content: await ctx.keyring.commit(input.keyId, `request:${id}`, text.output),
          },
        },
      ],
    },
  }
}

/**
 * Prepares the answer to an open request. Of one that was answered only the guard `request-open` is left: whoever writes it
 * with the idempotency record of that answer gets it replayed, everybody else is refused.
 * Throws 404, and 422 when it says nothing or too much.
 */
export async function prepareAnswer(
  ctx: MessagesCtx,
  input: {
    readonly requestId: string
    readonly vorgangId: string
    readonly eakteId: string
    readonly text: string
    readonly documents: number
    readonly by: string
    /** What was said to each item of the request, in their order. */
    readonly items?: readonly string[]
  },
): Promise<Plan> {
  const request = await findRequest(ctx.db, input.requestId)
  if (request === undefined || request.vorgangId !== input.vorgangId) {
    throw requestMissing(`request ${input.requestId}`)
  }
  const text = input.text.replaceAll('\r\n', '\n').normalize('NFC').trim()
  const items = (input.items ?? []).map((item) => item.replaceAll('\r\n', '\n').normalize('NFC').trim())
  if ((text === '' && input.documents === 0 && items.every((item) => item === '')) || text.length > TEXT_LENGTH_MAX) {
    throw answerEmpty('text', { errors: [{ pointer: '/text', type: text === '' ? 'empty' : 'too-long' }] })
  }
  const id = ctx.newId()
  const atMs = ctx.now()
  if (request.state !== 'open') {
    return { guards: [answerRequest(request.id, atMs)] }
  }
  const spot = { table: 'information_answers', row: id, column: 'text' }
  return {
    guards: [answerRequest(request.id, atMs)],
    statements: [
      insertAnswer({
        id,
        requestId: request.id,
        keyId: request.keyId,
        textSealed: await ctx.keyring.seal(request.keyId, spot, text),
        createdAtMs: atMs,
        itemsSealed: toBuffer(await sealItems(ctx, request.keyId, id, items)),
      }),
    ],
    journal: [
      {
        eakteId: input.eakteId,
        type: 'information-answered',
        atMs,
        actor: input.by,
        body: {
          vorgang: input.vorgangId,
          request: request.id,
          documents: input.documents,
          content: await ctx.keyring.commit(request.keyId, `answer:${id}`, [text, ...items].join('\n')),
        },
      },
    ],
  }
}

/** Reads the requests of a Vorgang with their answers, oldest first. The caller has checked who asks. */
export async function readRequests(ctx: MessagesCtx, vorgangId: string): Promise<readonly RequestView[]> {
  const rows = await listRequests(ctx.db, vorgangId)
  return await Promise.all(
    rows.map(async ({ request, answer }) => ({
      id: request.id,
      text: await openText(ctx, request.keyId, 'information_requests', request.id, request.textSealed),
      dueOn: request.dueOn,
      state: request.state,
      createdAtMs: request.createdAtMs,
      ...(await openDetails(ctx, request)),
      answer:
        answer === null
          ? null
          : {
              text: await openText(ctx, answer.keyId, 'information_answers', answer.id, answer.textSealed),
              atMs: answer.createdAtMs,
              items: await openItems(ctx, answer),
            },
    })),
  )
}

/**
 * Finds the request by which the person was heard before a decision (§ 28 VwVfG): answered, or its time is over. Null where there
 * was none.
 */
export async function readHearing(ctx: MessagesCtx, vorgangId: string): Promise<string | null> {
  const today = dayInBerlin(ctx.now())
  const requests = await readRequests(ctx, vorgangId)
  const held = requests.findLast(
    ({ why, state, dueOn }) => why === 'hearing' && (state === 'answered' || dueOn < today),
  )
  return held?.id ?? null
}

/** `version`: another one as soon as the person names another address. */
export type Contact = { readonly email: string; readonly lang: string; readonly version: number }

/** Address to which news of a Vorgang go; null where the person gave none. */
export async function readEmail(ctx: MessagesCtx, vorgangId: string): Promise<Contact | null> {
  const contact = await findContact(ctx.db, vorgangId)
  if (contact === undefined || contact.emailSealed === null) {
    return null
  }
  const email = await openText(ctx, contact.keyId, 'contacts', vorgangId, contact.emailSealed, 'email')
  return { email, lang: contact.lang, version: contact.version }
}

const toBuffer = (sealed: Uint8Array | null): Buffer | null => (sealed === null ? null : Buffer.from(sealed))

async function openText(
  ctx: MessagesCtx,
  keyId: string,
  table: string,
  row: string,
  sealed: Uint8Array,
  column = 'text',
): Promise<string> {
  return (await ctx.keyring.open(keyId, { table, row, column }, sealed)).toString('utf8')
}
