import { createHmac, createSecretKey } from 'node:crypto'
import { join, type Plan } from '../../db/batch.ts'
import { discardBlobs } from '../documents/service.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { Problem, problemType } from '../lib/problem.ts'
import { wordsOf } from '../lib/words.ts'
import { planErrand, planMail } from '../messages/plan.ts'
import { readEmail } from '../messages/service.ts'
import { type InboundFile, type InboundMail, splitReply } from '../messages/service-inbound.ts'
import { prepareLetter } from '../messages/service-letters.ts'
import { type Case, readCase } from '../workflow/service.ts'
import type { ActPayload } from './act-form.ts'
import { errandDueOn } from './acts.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { prepareActDocuments, type StoredFile, storeCaseFile } from './service-act-files.ts'
import { planFlag, prepareActSubmission } from './service-act-submissions.ts'
import { countMails, findSubmissionOfDraft } from './store.ts'

export const mailEmpty = problemType('submissions/mail-empty', 422)
export const mailTooLong = problemType('submissions/mail-too-long', 413)
export const tooManyMails = problemType('submissions/too-many-mails', 429)

/** Who did it in the journal: somebody who knew the address, whatever the mail says of its author. */
const BY = 'mail-sender'
const TEXT_LENGTH_MAX = 100_000
/** Mails of one Vorgang within a day; more wait in the mail server's queue. */
const PER_DAY_MAX = 20
const DAY_MS = 86_400_000
const TRIES_MAX = 5

export type Reply = {
  readonly kase: Case
  readonly mail: InboundMail
  /** The message as it came: the same one handed over twice is one. */
  readonly bytes: Uint8Array
  /** False where a program may have written it: then no mail goes out because of it. */
  readonly mayAnswer: boolean
}
type Refused = { readonly name: string; readonly reason: string; readonly isInline: boolean }

/**
 * Makes a mail an act of its own in the eAkte: text, files through the usual checks, an errand for the clerks. It answers no
 * question of the office and is no objection: nobody has proved who wrote it. The person is told at the address we know, at
 * most once a day, and by a letter on the status page where files were not taken.
 * Throws `submissions/mail-empty`, `mail-too-long`, `too-many-mails`.
 */
export async function takeReply(ctx: SubmissionsCtx, reply: Reply): Promise<void> {
  const { vorgang } = reply.kase
  const sameAs = sameAsOf(ctx, vorgang.id, reply)
  if ((await findSubmissionOfDraft(ctx.db, sameAs)) !== undefined) {
    return
  }
  const said = splitReply(reply.mail.text)
  if (said.own === '' && reply.mail.files.length === 0) {
    throw mailEmpty('neither text nor file')
  }
  if (reply.mail.text.length > TEXT_LENGTH_MAX) {
    throw mailTooLong(`more than ${TEXT_LENGTH_MAX} signs`)
  }
  if ((await countMails(ctx.db, vorgang.id, ctx.now() - DAY_MS)) >= PER_DAY_MAX) {
    throw tooManyMails(`vorgang ${vorgang.id}`, { headers: { 'Retry-After': '3600' } })
  }
  const { files, refused } = await storeFiles(ctx, reply)
  const blobs = files.map(({ upload }) => upload.blobId)
  try {
    const isTaken = await writeReply(ctx, reply, { said, files, refused, sameAs })
    if (!isTaken) {
      await discardBlobs(ctx, blobs)
    }
  } catch (error) {
    if (error instanceof Problem) {
      await discardBlobs(ctx, blobs)
    }
    throw error
  }
}

/** The same for the same message: what servers on the way write above it does not count. */
function sameAsOf(ctx: SubmissionsCtx, vorgangId: string, { mail, bytes }: Reply): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ends = [whole.indexOf('\r\n\r\n'), whole.indexOf('\n\n')].filter((at) => at !== -1)
  const hash = createHmac('sha256', createSecretKey(ctx.keyring.purpose('mail-same')))
    .update(JSON.stringify([vorgangId, mail.header('message-id') ?? '', mail.header('date') ?? '', mail.from]))
    .update(whole.subarray(Math.min(...ends, whole.length)))
  return `mail:${hash.digest('hex')}`
}

/** Stores what is taken. A file that is refused does not fail the mail: it is named. */
async function storeFiles(ctx: SubmissionsCtx, { kase, mail }: Reply) {
  const files: StoredFile[] = []
  const refused: Refused[] = []
  for (const file of mail.files) {
    try {
      if (kase.eakte.state !== 'open') {
        throw fileTooLate()
      }
      const input = { count: files.length, fileName: file.name, source: once(file) }
      files.push(await storeCaseFile(ctx, kase.vorgang, input))
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) {
        await discardBlobs(
          ctx,
          files.map(({ upload }) => upload.blobId),
        )
        throw error
      }
      refused.push({ name: file.name, reason: error.type, isInline: file.isInline })
    }
  }
  return { files, refused }
}

/** Nothing can be added to an eAkte that was closed; what was written is taken. */
export const fileTooLate = problemType('submissions/file-too-late', 409)

async function* once({ bytes }: InboundFile): AsyncGenerator<Uint8Array> {
  yield bytes
}

type Given = {
  readonly said: { readonly own: string; readonly quoted: string }
  readonly files: readonly StoredFile[]
  readonly refused: readonly Refused[]
  readonly sameAs: string
}

/** False where the same mail was taken at the same moment. */
async function writeReply(ctx: SubmissionsCtx, reply: Reply, given: Given): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const kase = await readCase(ctx, reply.kase.vorgang.id)
    const result = await ctx.write(await planReply(ctx, { ...reply, kase }, given))
    if (result.ok || result.reason === 'constraint') {
      return result.ok
    }
  }
  throw changedMeanwhile(`vorgang ${reply.kase.vorgang.id}`)
}

async function planReply(ctx: SubmissionsCtx, reply: Reply, given: Given): Promise<Plan> {
  const { vorgang, item, content } = reply.kase
  const documents = await prepareActDocuments(ctx, vorgang, { files: given.files, kind: 'later-attachment', by: BY })
  const id = ctx.newId()
  const atMs = ctx.now()
  const dueOn = errandDueOn('mail', content.deadlines, dayInBerlin(atMs))
  return join(
    planKeptEakte(vorgang.eakteId),
    documents.plan,
    await prepareActSubmission(ctx, {
      id,
      vorgang,
      kind: 'mail',
      payload: await payloadOf(ctx, reply, given, documents.ids),
      by: BY,
      sameAs: given.sameAs,
    }),
    planErrand({ id: ctx.newId(), vorgangId: vorgang.id, kind: 'mail', submissionId: id, dueOn, atMs }),
    planFlag(item, dueOn),
    await planAnswer(ctx, reply, given, id),
  )
}

async function payloadOf(
  ctx: SubmissionsCtx,
  { kase, mail }: Reply,
  { said, refused }: Given,
  documents: readonly string[],
): Promise<ActPayload> {
  const contact = await readEmail(ctx, kase.vorgang.id)
  const isKnown = contact?.email.toLowerCase() === mail.from.toLowerCase()
  const texts = { from: mail.from, subject: mail.subject, text: said.own, quoted: said.quoted }
  return {
    format: 1,
    act: 'mail',
    texts: Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
    choices: isKnown ? [] : ['other-sender'],
    documents: [...documents],
    refused: refused.map(({ name, reason }) => ({ name: name.slice(0, 200), reason })),
  }
}

/**
 * What the person is told. The letter names no file: its name is the sender's word, and the letter is the city's. A picture
 * within the text that is not taken needs no letter.
 */
async function planAnswer(ctx: SubmissionsCtx, reply: Reply, { refused }: Given, id: string): Promise<Plan> {
  const { vorgang } = reply.kase
  const atMs = ctx.now()
  const count = refused.filter(({ isInline }) => !isInline).length
  if (count === 0) {
    return reply.mayAnswer ? planMail('mail-received', vorgang.id, dayInBerlin(atMs), atMs) : {}
  }
  const words = wordsOf(ctx.content.live().content.words, vorgang.lang)
  const at = { vorgangId: vorgang.id, eakteId: vorgang.eakteId, keyId: vorgang.keyId, by: 'system:mail' }
  const letter = await prepareLetter(ctx, at, words('request.mail-files', { count }))
  return join(letter.plan, reply.mayAnswer ? planMail('message', vorgang.id, id, atMs) : {})
}
