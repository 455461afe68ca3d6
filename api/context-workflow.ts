import { join } from '../db/batch.ts'
import { planDelivery } from './connectors/plan.ts'
import type { Content } from './content/snapshot.ts'
import { planCloseEakte, planJournal } from './eakten/plan.ts'
import { actorId } from './lib/actor.ts'
import { dayInBerlin } from './lib/clock.ts'
import { ruleInForce } from './lib/deadlines.ts'
import { planMail } from './messages/plan.ts'
import { prepareRequest } from './messages/service.ts'
import { prepareDecision, prepareNotice, prepareReturn, prepareSignature } from './notices/service.ts'
import type { SubmissionsCtx } from './submissions/ctx.ts'
import type { EffectHandler, OutcomeHandler, WorkflowParts } from './workflow/ctx.ts'
import { createDefinitionCache } from './workflow/definition.ts'
import { type ProcessTexts, readProcessTexts } from './workflow/texts.ts'

const DEFINITIONS_KEPT = 200

/** Wires what processes name to the modules that do it: effects of service tasks, meanings of a clerk's outcomes. */
export function createWorkflowParts(whole: () => SubmissionsCtx): WorkflowParts {
  const parse = createDefinitionCache(DEFINITIONS_KEPT)
  const definition: WorkflowParts['definition'] = async (content, slug) => {
    const file = `services/${slug}/process.bpmn`
    const parsed = await parse(textOf(content, file), file)
    if (!parsed.ok) {
      throw new Error(`process of ${slug} is broken: ${parsed.findings[0]?.type ?? ''}`)
    }
    return parsed.definition
  }
  const known = new Map<string, ProcessTexts>()
  return {
    definition,
    texts: async (content, slug, lang) => {
      const wanted = `services/${slug}/process.${lang}.yaml`
      const file = content.file(wanted) === undefined ? `services/${slug}/process.de.yaml` : wanted
      const key = `${content.digestOfFile(file)}:${content.digestOfFile(`services/${slug}/process.bpmn`)}`
      const kept = known.get(key)
      if (kept !== undefined) {
        return kept
      }
      const read = readProcessTexts(textOf(content, file), file, await definition(content, slug))
      if (!read.ok) {
        throw new Error(`words of the process of ${slug} are broken: ${read.findings[0]?.type ?? ''}`)
      }
      known.set(key, read.texts)
      return read.texts
    },
    effects: effectsOf(whole),
    outcomes: outcomesOf(whole),
  }
}

function effectsOf(whole: () => SubmissionsCtx): Readonly<Record<string, EffectHandler>> {
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
    'set-retention': async ({ eakte, content }) => {
      const nowMs = whole().now()
      const until = retainUntil(content, eakte.retentionRule, dayInBerlin(nowMs))
      const body = { rule: eakte.retentionRule, until }
      const line = planJournal(eakte.id, 'eakte-closed', nowMs, 'system:process', body)
      return { plan: eakte.state === 'open' ? join(planCloseEakte(eakte.id, until, nowMs), line) : {} }
    },
  }
}

function outcomesOf(whole: () => SubmissionsCtx): Readonly<Record<string, OutcomeHandler>> {
  const decide =
    (outcome: 'approved' | 'refused'): OutcomeHandler =>
    async (kase, actor, { values }) => ({
      plan: await prepareDecision(whole(), kase, actor, { outcome, reasons: values['reasons'] }),
    })
  return {
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

/** Day until which an eAkte is kept: years of the rule in force, from closing or from the end of that year. */
function retainUntil(content: Content, ruleId: string, closedOn: string): string {
  const rule = ruleInForce(content.retention.rules, ruleId, closedOn)
  const years = rule?.years ?? 10
  const year = Number(closedOn.slice(0, 4)) + years
  return rule?.from === 'closing' ? `${year}${closedOn.slice(4)}`.replace(/-02-29$/, '-03-01') : `${year}-12-31`
}

const textOf = (content: Content, file: string): string =>
  new TextDecoder().decode(content.file(file) ?? new Uint8Array())
