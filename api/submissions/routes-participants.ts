import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { chosenLanguage } from '../http/language.ts'
import { done, isBrowser } from '../http/respond.ts'
import { actorOf, route } from '../http/route.ts'
import { input, inputOf, invalidInput, parameter, readFields } from '../http/validate.ts'
import { Problem } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { openDraft } from './draft.ts'
import { READ, WORK } from './route-specs.ts'
import { Address, Id } from './schema.ts'
import { answerStep, delegateOf, isOnPage } from './service-delegate.ts'
import {
  declarationMissing,
  declineInvitation,
  invitationCodeRefused,
  openByCode,
  readInvitationPage,
  signInvitation,
} from './service-invitation.ts'
import { invite, readParticipants, withdrawInvitation } from './service-participants.ts'
import { readStepRequest } from './step-request.ts'

const line = v.pipe(v.string(), v.trim(), v.maxLength(200))
const Invite = v.strictObject({
  kind: v.picklist(['sign', 'step']),
  role: Address,
  name: line,
  email: v.pipe(v.string(), v.trim(), v.maxLength(254)),
})
const Invited = v.object({ invitationId: v.nullable(Id) })
const Code = v.strictObject({ code: v.pipe(v.string(), v.maxLength(40)) })
const OfInvitation = v.object({ invitationId: Id })
const Decline = v.strictObject({ reason: v.pipe(v.string(), v.trim(), v.maxLength(2000)) })
const Answered = v.object({ isGiven: v.boolean(), isInvalid: v.boolean() })
const Seen = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** Routes by which an applicant asks others, mounted under `/api/v1/submissions`. */
export const participantRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get('/drafts/:draft/participants', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(await readParticipants(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))),
    )
    .post(
      '/drafts/:draft/invitations',
      route({ ...WORK, rate: 'sign-in', action: 'draft.write', resource: 'draft', output: Invited }),
      input(Invite),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const asked = inputOf(c, Invite)
        const { id, issue } = await invite(ctx, actorOf(c), draftId, asked)
        if (issue !== null && !isBrowser(c.req.raw)) {
          const [name = ''] = issue.split('-')
          throw invalidInput(issue, { errors: [{ pointer: `/${name}`, type: `participants/${issue}` }] })
        }
        const at = issue === null ? `${asked.kind}-${asked.role}` : 'fehler'
        return done(c, {
          page: `/antrag/${draftId}/mitwirkende#${at}`,
          self: `/api/v1/submissions/drafts/${draftId}/participants`,
          body: { invitationId: id },
          status: 201,
        })
      },
    )
    .post(
      '/drafts/:draft/invitations/:invitation/withdraw',
      route({ ...WORK, action: 'draft.write', resource: 'draft', output: OfInvitation }),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const invitationId = parameter(Id, c.req.param('invitation'), 'invitation')
        await withdrawInvitation(ctx, actorOf(c), draftId, invitationId)
        return done(c, {
          page: `/antrag/${draftId}/mitwirkende`,
          self: `/api/v1/submissions/drafts/${draftId}/participants`,
          body: { invitationId },
        })
      },
    )

const pageOf = (invitationId: string): string => `/mitzeichnen/${invitationId}`
const selfOf = (invitationId: string): string => `/api/v1/submissions/invitations/${invitationId}`

/** Routes of whoever was asked, mounted under `/api/v1/submissions`. */
export const invitationRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post(
      '/invitations/:invitation/code',
      route({
        ...WORK,
        who: ['public'],
        rate: 'sign-in',
        action: 'status.sign-in',
        resource: 'none',
        output: OfInvitation,
      }),
      input(Code),
      async (c) => {
        const invitationId = parameter(Id, c.req.param('invitation'), 'invitation')
        const answer = { self: selfOf(invitationId), body: { invitationId } }
        try {
          const tried = { invitationId, code: inputOf(c, Code).code, client: c.get('clientAddress') }
          const { setCookie } = await openByCode(ctx, actorOf(c), tried)
          c.header('Set-Cookie', setCookie, { append: true })
          return done(c, { ...answer, page: pageOf(invitationId) })
        } catch (error) {
          if (isBrowser(c.req.raw) && error instanceof Problem && error.type === invitationCodeRefused().type) {
            return done(c, { ...answer, page: `${pageOf(invitationId)}?code=falsch#fehler` })
          }
          throw error
        }
      },
    )
    .get(
      '/invitations/:invitation',
      route({ ...READ, action: 'invitation.read', resource: 'invitation' }),
      async (c) => {
        const invitationId = parameter(Id, c.req.param('invitation'), 'invitation')
        return c.json(await readInvitationPage(ctx, actorOf(c), invitationId, chosenLanguage(c.req.raw)))
      },
    )
    .post(
      '/invitations/:invitation/answer',
      route({
        ...WORK,
        rate: 'upload',
        action: 'invitation.answer',
        resource: 'invitation',
        output: Answered,
        accepts: 'answers',
      }),
      async (c) => {
        const invitationId = parameter(Id, c.req.param('invitation'), 'invitation')
        const { draftId, address, acting } = await delegateOf(ctx, actorOf(c), invitationId)
        const draft = await openDraft(ctx, acting, draftId)
        const isAsked = (pointer: string): boolean => isOnPage(draft, address, pointer)
        const sent = await readStepRequest(ctx, acting, draftId, c, isAsked)
        const answered = await answerStep(ctx, actorOf(c), invitationId, sent)
        const page = `${pageOf(invitationId)}${answered.isInvalid ? '#fehler' : ''}`
        return done(c, { page, self: selfOf(invitationId), body: answered })
      },
    )

/** Routes of saying yes or no, mounted under `/api/v1/submissions`. */
export const signingRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post(
      '/invitations/:invitation/sign',
      route({
        ...WORK,
        action: 'invitation.answer',
        resource: 'invitation',
        output: OfInvitation,
        accepts: 'answers',
      }),
      async (c) => {
        const invitationId = parameter(Id, c.req.param('invitation'), 'invitation')
        const fields = await readFields(c)
        const declared = Object.entries(fields).flatMap(([name, value]) =>
          name.startsWith('declaration-') && (value === 'true' || value === true)
            ? [name.slice('declaration-'.length)]
            : [],
        )
        const answer = { self: selfOf(invitationId), body: { invitationId } }
        try {
          const seen = parameter(Seen, fields['seen'], 'seen')
          await signInvitation(ctx, actorOf(c), { invitationId, seen, declared })
          return done(c, { ...answer, page: pageOf(invitationId) })
        } catch (error) {
          if (isBrowser(c.req.raw) && error instanceof Problem && error.type === declarationMissing().type) {
            return done(c, { ...answer, page: `${pageOf(invitationId)}?fehlt=1#fehler` })
          }
          throw error
        }
      },
    )
    .post(
      '/invitations/:invitation/decline',
      route({ ...WORK, action: 'invitation.answer', resource: 'invitation', output: OfInvitation }),
      input(Decline),
      async (c) => {
        const invitationId = parameter(Id, c.req.param('invitation'), 'invitation')
        await declineInvitation(ctx, actorOf(c), { invitationId, reason: inputOf(c, Decline).reason })
        return done(c, { self: selfOf(invitationId), body: { invitationId }, page: pageOf(invitationId) })
      },
    )
