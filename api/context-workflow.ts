import { LRUCache } from 'lru-cache'
import { planDelivery } from './connectors/plan.ts'
import { revisionOf } from './content/service.ts'
import type { Content } from './content/snapshot.ts'
import { actorId } from './lib/actor.ts'
import { dayInBerlin } from './lib/clock.ts'
import { wordsOf } from './lib/words.ts'
import { planMail } from './messages/plan.ts'
import { prepareRequest, readHearing } from './messages/service.ts'
import { prepareLetter } from './messages/service-letters.ts'
import { REQUEST_WHY } from './messages/service-request-details.ts'
import { prepareNotice } from './notices/service.ts'
import {
  prepareAutomaticDecision,
  prepareDecision,
  prepareReturn,
  prepareSignature,
} from './notices/service-decisions.ts'
import { prepareExemption, preparePaymentStep } from './payments/service.ts'
import { readVorgangLookups } from './registers/service.ts'
import type { SubmissionsCtx } from './submissions/ctx.ts'
import { prepareClose } from './submissions/service-closing.ts'
import { prepareOpinion } from './submissions/service-opinion.ts'
import { readRequestItems } from './submissions/service-request-items.ts'
import { type Case, itemOfTask } from './workflow/case.ts'
import type { EffectHandler, OutcomeHandler, VorgangKind, WorkflowParts } from './workflow/ctx.ts'
import { isCosigned } from './workflow/decisions.ts'
import { parseDefinition } from './workflow/definition.ts'
import type { EffectType, OutcomeType } from './workflow/extension.ts'
import type { Definition } from './workflow/model.ts'
import { type Picture, readPicture } from './workflow/picture.ts'
import { readSharedTexts, SHARED_TEXTS, withShared } from './workflow/shared-texts.ts'
import { type ProcessTexts, readProcessTexts } from './workflow/texts.ts'

const TEXTS_KEPT = 500
const PICTURES_KEPT = 100

/** Wires what processes name to the modules that do it: effects of service tasks, meanings of a clerk's outcomes. */
export function createWorkflowParts(whole: () => SubmissionsCtx): WorkflowParts {
  // A content revision never changes, so its files need to be read and hashed once only.
  const ofContent = new WeakMap<Content, Map<string, Definition>>()
  const definition: WorkflowParts['definition'] = async (lawful, slug, kind) => {
    const content = revisionOf(lawful)
    const definitions = ofContent.get(content) ?? new Map<string, Definition>()
    ofContent.set(content, definitions)
    const file = `${processPath(slug, kind)}.bpmn`
    const known = definitions.get(file)
    if (known !== undefined) {
      return known
    }
    const parsed = await parseDefinition(textOf(content, file), file)
    if (!parsed.ok) {
      throw new Error(`process of ${slug} is broken: ${parsed.findings[0]?.type ?? ''}`)
    }
    definitions.set(file, parsed.definition)
    return parsed.definition
  }
  const known = new LRUCache<string, ProcessTexts>({ max: TEXTS_KEPT })
  const pictures = new LRUCache<string, { readonly picture: Picture | null }>({ max: PICTURES_KEPT })
  return {
    definition,
    picture: async (content, slug, kind) => {
      const file = `${processPath(slug, kind)}.bpmn`
      const key = content.digestOfFile(file) ?? file
      const kept = pictures.get(key) ?? { picture: await readPicture(textOf(content, file)) }
      pictures.set(key, kept)
      return kept.picture
    },
    texts: async (content, slug, lang, kind) => {
      const path = processPath(slug, kind)
      const file = inLanguage(content, path, lang)
      const shared = inLanguage(content, SHARED_TEXTS, lang)
      const key = [file, shared, `${path}.bpmn`].map((one) => content.digestOfFile(one)).join(':')
      const kept = known.get(key)
      if (kept !== undefined) {
        return kept
      }
      const read = readProcessTexts(textOf(content, file), file, await definition(content, slug, kind))
      const common = readSharedTexts(textOf(content, shared), shared)
      if (!read.ok || !common.ok) {
        throw new Error(`words of the process of ${slug} are broken`)
      }
      const texts = withShared(read.texts, common.texts)
      known.set(key, texts)
      return texts
    },
    effects: effectsOf(whole),
    outcomes: outcomesOf(whole),
  }
}

/** Without its ending: the process of a service, or the one that all objections go through. */
const processPath = (slug: string, kind: VorgangKind = 'application'): string =>
  kind === 'objection' ? 'processes/objection' : `services/${slug}/process`

function inLanguage(content: Content, path: string, lang: string): string {
  const wanted = `${path}.${lang}.yaml`
  return content.file(wanted) === undefined ? `${path}.de.yaml` : wanted
}

/** What each service task does; every kind has a handler, or a process would wait for it for ever. */
function effectsOf(whole: () => SubmissionsCtx): Readonly<Record<EffectType, EffectHandler>> {
  return {
    notify: async (kase, { key, params }) => ({
      plan: planMail(String(params['template']), kase.vorgang.id, key, whole().now()),
    }),
    deliver: async (kase, { params }) => ({
      plan: planDelivery({
        id: whole().newId(),
        vorgangId: kase.vorgang.id,
        connector: String(params['connector']),
        event: String(params['event'] ?? 'submission-received'),
        nowMs: whole().now(),
      }),
    }),
    'create-document': async (kase, { params }) => {
      const kind = params['kind'] === 'refusal' ? 'refusal' : 'approval'
      return {
        plan: await prepareNotice(whole(), kase, kind),
        outcome: kind === 'refusal' ? 'refused' : 'approved',
      }
    },
    decide: async (kase, { params }) => {
      const { content, vorgang, definition } = kase
      const allowed = automaticRule(content, vorgang.serviceSlug, dayInBerlin(whole().now()))
      if (allowed === null) {
        throw Object.assign(new Error('no law allows it'), { code: 'decision-not-automatic' })
      }
      const automatic = {
        norm: allowed.norm,
        rule: `${definition.id} ${definition.digest.slice(0, 12)}`,
        sources: await sourcesOf(whole(), kase),
      }
      const outcome = params['outcome'] === 'refused' ? 'refused' : 'approved'
      return { plan: await prepareAutomaticDecision(whole(), kase, { outcome, automatic }) }
    },
    pay: async ({ vorgang, eakte, content }, { key, params }) => {
      const step = await preparePaymentStep(whole(), {
        vorgangId: vorgang.id,
        eakteId: eakte.id,
        keyId: vorgang.keyId,
        serviceSlug: vorgang.serviceSlug,
        lang: vorgang.lang,
        receivedOn: dayInBerlin(vorgang.openedAtMs),
        content,
        effectKey: key,
        isExempt: params['exempt'] === true,
        actor: 'system:process',
      })
      return { plan: step.plan, isPending: step.isDue, values: { bezahlt: false } }
    },
    'set-retention': async (kase) => ({ plan: await prepareClose(whole(), kase) }),
    // The answer itself moves the process on.
    'wait-for-answer': () => Promise.resolve({ plan: {}, isPending: true }),
  }
}

function outcomesOf(whole: () => SubmissionsCtx): Readonly<Record<OutcomeType, OutcomeHandler>> {
  const decide =
    (outcome: 'approved' | 'refused'): OutcomeHandler =>
    async (kase, actor, { node, values }) => ({
      plan: await prepareDecision(whole(), kase, actor, {
        outcome,
        reasons: values['reasons'],
        isCosigned: isCosigned(kase.definition, node),
        hearing: {
          request: await readHearing(whole(), kase.vorgang.id),
          skipped: values['hearing'],
          note: values['hearingNote'],
        },
      }),
    })
  const answerLetter =
    (result: string): OutcomeHandler =>
    async ({ vorgang }, actor, { values }) => {
      const ctx = whole()
      const at = { vorgangId: vorgang.id, eakteId: vorgang.eakteId, keyId: vorgang.keyId, by: actorId(actor) }
      return { plan: (await prepareLetter(ctx, at, values['message'])).plan, result }
    }
  return {
    'grant-exemption': async (kase, actor, { values }) => ({
      plan: await prepareExemption(whole(), kase, { isGranted: true, reasons: values['reasons'], by: actorId(actor) }),
    }),
    'refuse-exemption': async (kase, actor, { values }) => ({
      plan: await prepareExemption(whole(), kase, { isGranted: false, reasons: values['reasons'], by: actorId(actor) }),
    }),
    opinion: async (kase, actor, { taskId, values }) => {
      const { postbox } = itemOfTask(kase, taskId) ?? kase.item
      return { plan: await prepareOpinion(whole(), kase, actor, { text: values['opinion'], postbox }) }
    },
    remedy: answerLetter('remedied'),
    'hand-over': answerLetter('handed-over'),
    approve: decide('approved'),
    refuse: decide('refused'),
    'request-information': async (kase, actor, { values }) => {
      const ctx = whole()
      const { plan, dueOn } = await prepareRequest(ctx, {
        vorgangId: kase.vorgang.id,
        eakteId: kase.eakte.id,
        keyId: kase.vorgang.keyId,
        text: values['message'],
        dueOn: values['dueOn'],
        today: dayInBerlin(ctx.now()),
        by: actorId(actor),
        details: {
          why: REQUEST_WHY.find((why) => why === values['why']) ?? null,
          items: await readRequestItems(ctx, kase, values),
        },
      })
      return { plan, dueOn }
    },
    sign: async (kase, actor, { values }) => ({
      plan: await prepareSignature(whole(), kase, actor, values['decisionHash']),
    }),
    return: async (kase, actor, { values }) => ({
      plan: await prepareReturn(whole(), kase, actor, values['comment']),
    }),
  }
}

/** The law that allows a decision without a clerk, where one is in force on the day. */
function automaticRule(content: Content, slug: string, on: string) {
  const rule = content.services.get(slug)?.automatic
  return rule === undefined || rule.validFrom > on || (rule.validTo !== undefined && rule.validTo < on) ? null : rule
}

/** On whose word the facts of a case rest: the applicant's, and the registers' whose record was taken over. */
async function sourcesOf(ctx: SubmissionsCtx, { vorgang, content }: Case): Promise<readonly string[]> {
  const lookups = await readVorgangLookups(ctx, {
    vorgangId: vorgang.id,
    content,
    serviceSlug: vorgang.serviceSlug,
  })
  const used = lookups.filter((lookup) => lookup.state === 'used').map((lookup) => lookup.registerName)
  return [wordsOf(content.words, vorgang.lang)('source.applicant'), ...new Set(used)]
}

const textOf = (content: Content, file: string): string =>
  new TextDecoder().decode(content.file(file) ?? new Uint8Array())
