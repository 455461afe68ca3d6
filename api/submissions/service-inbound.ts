import { createHash, timingSafeEqual } from 'node:crypto'
import { unavailable } from '../http/problem.ts'
import { bodyTooLarge, readBytes, unknownMediaType } from '../http/validate.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem, problemType } from '../lib/problem.ts'
import { readEmail } from '../messages/service.ts'
import { classifyMail, type InboundMail, type MailAddress, readMailAddress } from '../messages/service-inbound.ts'
import { readErrands } from '../messages/service-letters.ts'
import { type Case, readCase, vorgangMissing } from '../workflow/service.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { prepareBounce } from './service-errands.ts'
import { takeReply } from './service-inbound-reply.ts'

export const mailServerUnknown = problemType('submissions/mail-server-unknown', 401)
export const mailEnvelopeMissing = problemType('submissions/mail-envelope-missing', 400)
export const mailAddressUnknown = problemType('submissions/mail-address-unknown', 404)
export const mailTooLate = problemType('submissions/mail-too-late', 410)
export const mailUnreadable = problemType('submissions/mail-unreadable', 422)

/** What became of a message: `ignored` is one of a program that nobody has to read. */
export type Received = { readonly taken: 'reply' | 'bounce' | 'ignored' }

/** As large as mail servers usually let through: 25 MB of files, and what their encoding adds. */
const MESSAGE_BYTES_MAX = 35 * 1024 * 1024
const TRIES_MAX = 5
const SERVER: Actor = { kind: 'system', principal: 'mail-server' }

/** Whether a caller shows the secret of the city's mail server. Takes as long for a wrong one as for the right one. */
export function isMailServer(ctx: Pick<SubmissionsCtx, 'mailReplies'>, authorization: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const wanted = digest(`Bearer ${ctx.mailReplies?.secret ?? ''}`)
  return timingSafeEqual(wanted, digest(authorization ?? '')) && ctx.mailReplies !== null
}

/**
 * Takes a message that the mail server hands over. It ends in one of four ways, and none loses it: taken; ignored, where only
 * programs speak; refused for good (404 no such address, 410 the eAkte is gone, 413 too large, 422 unreadable or without a
 * word): the mail server tells the sender; or refused for now (everything else): it stays in the mail server's queue.
 */
export async function handOverMail(ctx: SubmissionsCtx, request: Request, isFree: boolean): Promise<Received> {
  const [sender, recipient] = ['stadttor-sender', 'stadttor-recipient'].map((name) => request.headers.get(name))
  if (sender === null || sender === undefined || recipient === null || recipient === undefined) {
    throw mailEnvelopeMissing('sender or recipient')
  }
  if (!/^message\/rfc822\s*(?:;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw unknownMediaType('not message/rfc822')
  }
  if (Number(request.headers.get('content-length') ?? 0) > MESSAGE_BYTES_MAX) {
    throw bodyTooLarge(`more than ${MESSAGE_BYTES_MAX} bytes`)
  }
  if (!isFree) {
    throw unavailable('other messages are being read', { headers: { 'Retry-After': '10' } })
  }
  const bytes = await readBytes(request, MESSAGE_BYTES_MAX)
  const hasSender = !NO_SENDER.test(sender)
  try {
    const received = await receiveMail(ctx, SERVER, { hasSender, recipient, bytes })
    ctx.log('mail-received', { kind: received.taken })
    return received
  } catch (error) {
    // Nobody can be told that nothing could be told to them: a report about nothing of ours ends here.
    if (!hasSender && error instanceof Problem && FINAL.includes(error.status)) {
      ctx.log('mail-received', { kind: 'ignored', reason: error.type })
      return { taken: 'ignored' }
    }
    throw error
  }
}

/** The empty sender, and what Postfix says instead of it unless told otherwise. */
const NO_SENDER = /^<?(?:mailer-daemon)?>?$/i

/** Refusals after which a mail server does not try again. */
const FINAL = [404, 410, 422]

export type HandedMail = {
  /** False for mails of programs, whose envelope names no sender. */
  readonly hasSender: boolean
  readonly recipient: string
  readonly bytes: Uint8Array
}

async function receiveMail(ctx: SubmissionsCtx, actor: Actor, handed: HandedMail): Promise<Received> {
  authorize(actor, 'mail.hand-over')
  const address = readMailAddress(ctx, handed.recipient)
  if (address === null) {
    throw mailAddressUnknown('no address of ours')
  }
  const isNewest = await judgeAddress(ctx, address)
  const mail = await ctx.readMail(handed.bytes)
  if (mail === null) {
    throw mailUnreadable('no message')
  }
  const cameTo = { address: address.kind, hasSender: handed.hasSender, ownDomain: ctx.mailDomain }
  const judged = classifyMail(mail, cameTo)
  switch (judged.kind) {
    case 'automatic':
      return { taken: 'ignored' }
    case 'bounce':
      return isNewest ? await takeBounce(ctx, address.vorgangId) : { taken: 'ignored' }
    default:
      await takeMail(ctx, { vorgangId: address.vorgangId, mail, handed, mayAnswer: judged.mayAnswer })
      return { taken: 'reply' }
  }
}

/**
 * Answers whether the address belongs to what the contact is now: what comes back from an address that the person replaced
 * meanwhile says nothing about theirs. Throws `submissions/mail-address-unknown` for one that we never used.
 */
async function judgeAddress(ctx: SubmissionsCtx, address: MailAddress): Promise<boolean> {
  if (address.kind === 'reply') {
    return true
  }
  const now = await findContactVersion(ctx, address.vorgangId)
  const versions = Array.from({ length: Math.min(now.version, CONTACTS_MAX) }, (_, index) => now.version - index)
  const found = versions.find((version) => address.isOfContact(version))
  if (found === undefined) {
    throw mailAddressUnknown('no return address of ours')
  }
  return found === now.version && now.hasEmail
}

/** More often nobody changes their address. */
const CONTACTS_MAX = 1_000

async function findContactVersion(ctx: SubmissionsCtx, vorgangId: string) {
  const contact = await readEmail(ctx, vorgangId)
  return { version: contact?.version ?? CONTACTS_MAX, hasEmail: contact !== null }
}

/** A mail came back: the same task as when the mail server refuses it at once. One that is open already says it. */
async function takeBounce(ctx: SubmissionsCtx, vorgangId: string): Promise<Received> {
  await readKeptCase(ctx, vorgangId)
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const errands = await readErrands(ctx, vorgangId)
    if (errands.some(({ kind, state }) => kind === 'bounce' && state === 'open')) {
      return { taken: 'bounce' }
    }
    if ((await ctx.write(await prepareBounce(ctx, vorgangId))).ok) {
      return { taken: 'bounce' }
    }
  }
  throw changedMeanwhile(`vorgang ${vorgangId}`)
}

type Taking = {
  readonly vorgangId: string
  readonly mail: InboundMail
  readonly handed: HandedMail
  readonly mayAnswer: boolean
}

async function takeMail(ctx: SubmissionsCtx, { vorgangId, mail, handed, mayAnswer }: Taking): Promise<void> {
  const kase = await readKeptCase(ctx, vorgangId)
  await takeReply(ctx, { kase, mail, bytes: handed.bytes, mayAnswer })
}

/** Throws `submissions/mail-address-unknown`, and `mail-too-late` where the eAkte is being destroyed. */
async function readKeptCase(ctx: SubmissionsCtx, vorgangId: string): Promise<Case> {
  const kase = await readCase(ctx, vorgangId).catch((error: unknown) => {
    throw error instanceof Problem && error.type === vorgangMissing.type ? mailAddressUnknown('no such vorgang') : error
  })
  if (kase.eakte.state !== 'open' && kase.eakte.state !== 'closed') {
    throw mailTooLate(`vorgang ${vorgangId}`)
  }
  return kase
}
