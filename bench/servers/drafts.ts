import { createHash } from 'node:crypto'
import type { Context } from '../../api/context.ts'
import { receiveUpload } from '../../api/documents/service.ts'
import type { Typed } from '../../api/forms/answers.ts'
import type { Form } from '../../api/forms/model.ts'
import { addFile } from '../../api/forms/service.ts'
import { addressOf } from '../../api/forms/walk.ts'
import { planGrant } from '../../api/identity/plan.ts'
import { ensureCitizenSession } from '../../api/identity/service.ts'
import type { Actor } from '../../api/lib/actor.ts'
import { openDraft, sealDraft } from '../../api/submissions/draft.ts'
import { submitDraft } from '../../api/submissions/service-submit.ts'
import { insertDraft } from '../../api/submissions/store.ts'
import { type Batch, join } from '../../db/batch.ts'
import { createApplicant, fillDraft, ONE_DOG, smallPdf } from '../../e2e/support/apply.ts'
import { inParallel } from '../report.ts'

export type PreparedDraft = { readonly id: string; readonly cookie: string; readonly actor: Actor }

/** What a person typed by the time only the final button is left, and the question their file answers. */
export type Template = {
  readonly typed: Typed
  readonly serviceSlug: string
  readonly question: string
  /** Address of the page that asks for the file; it is asked whatever else was answered. */
  readonly step: string
}

const SERVICE = 'hund-anmelden'
const DAY_MS = 86_400_000

/** Fills one draft over HTTP, page by page, so that the copies hold exactly what the forms keep. */
export async function fillTemplate(ctx: Context, port: number): Promise<Template> {
  const id = await fillDraft(createApplicant(`http://localhost:${port}`), SERVICE, ONE_DOG)
  const draft = await openDraft(ctx, actorOf('', id), id)
  return { typed: draft.typed, serviceSlug: SERVICE, ...askedFile(draft.form) }
}

function askedFile({ fields, steps }: Form): Pick<Template, 'question' | 'step'> {
  for (const step of steps) {
    for (const page of step.kind === 'loop' ? step.steps : [step]) {
      if (page.kind === 'loop') {
        continue
      }
      const path = page.fields.find((name) => fields.get(name)?.kind === 'file')
      if (path !== undefined && step.when === undefined && page.when === undefined) {
        const [group = '', ...rest] = path.split('.')
        return step.kind === 'loop'
          ? { question: `/${group}/0/${rest.join('/')}`, step: addressOf([{ loop: step, index: 0 }], page) }
          : { question: `/${path.replaceAll('.', '/')}`, step: page.id }
      }
    }
  }
  throw new Error(`the form of ${SERVICE} asks for no file`)
}

/** Makes drafts that are filled to the end, each of another person with an own session, key and (unless told) stored file. */
export async function makeDrafts(
  ctx: Context,
  template: Template,
  count: number,
  { withFile = true } = {},
): Promise<readonly PreparedDraft[]> {
  const drafts: PreparedDraft[] = []
  await inParallel(
    Array.from({ length: count }, (_, index) => index),
    32,
    async () => {
      drafts.push(await makeDraft(ctx, template, withFile))
    },
  )
  return drafts
}

async function makeDraft(ctx: Context, template: Template, withFile: boolean): Promise<PreparedDraft> {
  const { revisionId, content } = ctx.content.live()
  const form = ctx.form(content, template.serviceSlug, 'de')
  const [id, keyId] = [ctx.newId(), ctx.newId()]
  await ctx.keyring.createKey(keyId)
  const session = ensureCitizenSession(ctx, { kind: 'public' }, new Request(ctx.origin))
  const atMs = ctx.now()
  const file = withFile ? await storeFile(ctx, id, keyId, template.question) : null
  const typed =
    file === null
      ? template.typed
      : addFile(template.typed, template.question, { id: file.upload.id, ...namedMeta(file) })
  const row = {
    id,
    reference: null,
    serviceSlug: template.serviceSlug,
    formDigest: form.digest,
    contentRevisionId: revisionId,
    lang: form.lang,
    keyId,
    answersSealed: await sealDraft(ctx, { id, keyId }, { typed, notes: {} }),
    createdAtMs: atMs,
    updatedAtMs: atMs,
    expiresAtMs: atMs + DAY_MS,
  }
  const grant = planGrant(session.sessionId, { kind: 'draft', id }, atMs)
  const written = await ctx.write(join(session.plan, { statements: [insertDraft(row)] }, file?.plan ?? {}, grant))
  if (!written.ok) {
    throw new Error(`a draft could not be made: ${written.reason}`)
  }
  return { id, cookie: session.setCookie.split(';', 1)[0] ?? '', actor: actorOf(session.sessionId, id) }
}

const actorOf = (sessionId: string, draftId: string): Actor => ({
  kind: 'citizen',
  sessionId,
  grants: [{ kind: 'draft', id: draftId }],
})

async function storeFile(ctx: Context, draftId: string, keyId: string, field: string) {
  const bytes = smallPdf(createHash('sha256').update(draftId).digest('hex'))
  return await receiveUpload(ctx, {
    draftId,
    keyId,
    field,
    fileName: 'impfpass.pdf',
    source: (async function* () {
      yield bytes
    })(),
    bytesMax: 1_000_000,
    mediaTypes: ['application/pdf'],
  })
}

function namedMeta({ upload }: Awaited<ReturnType<typeof storeFile>>) {
  const { fileName, mediaType, sizeBytes } = upload.meta
  return { name: fileName, mediaType, sizeBytes }
}

/** The batches the final button would write for these drafts, prepared to the end and not written. */
export async function captureBatches(ctx: Context, drafts: readonly PreparedDraft[]): Promise<readonly Batch[]> {
  const batches: Batch[] = []
  const catching: Context = {
    ...ctx,
    write: async (batch) => {
      batches.push(batch)
      return { ok: true, refs: {} }
    },
  }
  for (const draft of drafts) {
    await submitDraft(catching, draft.actor, draft.id)
  }
  if (!batches.every((batch) => batch.journal?.some((entry) => entry.type === 'document-added'))) {
    throw new Error('a batch holds no document: the file was stored for a question that is not asked')
  }
  return batches
}
