import { readdirSync } from 'node:fs'
import * as v from 'valibot'
import { parse } from 'yaml'
import { readXDatenfelder } from '../adapters/xdatenfelder/read.ts'
import { controlNames, type FileRef, type Typed } from '../forms/answers.ts'
import type { Draw } from '../forms/cases/draw.ts'
import { refill, solve } from '../forms/cases/solve.ts'
import { caseSource, type Source } from '../forms/cases/source.ts'
import { neededSigners } from '../forms/signing.ts'
import { seedFiles, seedForm, TODAY } from '../forms/testing.ts'
import type { StepView } from '../forms/view.ts'
import { type AskedField, type Page, walk } from '../forms/walk.ts'
import { findLatestAnswers } from '../submissions/store.ts'
import type { Caller } from './caller.ts'
import { bodyOf, DRAFTS, type Next, putFile, type Submitted, smallPdf } from './dog-tax.ts'
import { smallJpeg, smallPng } from './files.ts'
import type { Town } from './town.ts'

type Way = {
  readonly source: Source
  readonly typed: Typed
  readonly answers: unknown
  readonly pages: readonly Page[]
}
const Lookup = v.object({ choice: v.string(), code: v.string() })
const Config = v.object({ online: v.string(), trustLevel: v.string(), lookups: v.optional(v.array(Lookup), []) })
type OnlineForm = v.InferOutput<typeof Config> & { readonly slug: string }

/** Every form of the content that can be applied for; a new one is tested by being there. */
export function onlineForms(): readonly OnlineForm[] {
  return readdirSync(new URL('../../content/services/', import.meta.url)).flatMap((slug) => {
    const files = seedFiles(slug)
    const config = v.safeParse(Config, parse(files['service.yaml'] ?? ''))
    const isOnline = config.success && ['own', 'assistant'].includes(config.output.online)
    return isOnline && files['form.de.yaml'] !== undefined ? [{ slug, ...config.output }] : []
  })
}

/** What came of one form over the API: pages that were refused though they were right, answers judged otherwise than they have to be, what was stored. */
export type FormWalk = {
  readonly problems: readonly string[]
  readonly count: number
  /** Answers as stored, and as they have to be; both null where a form cannot be sent online. */
  readonly stored: unknown
  readonly wanted: unknown
}

/**
 * Walks a form over the API as its cases have it: a way from the first page to the last, on it up to `most` answers that are
 * taken or refused at their question, then the final button. The town must stand at the day of all form tests.
 */
export async function walkForm(
  town: Town,
  { slug, online, trustLevel, lookups }: OnlineForm,
  most: number,
): Promise<FormWalk> {
  const way = firstWay(slug, lookups)
  const caller = trustLevel === 'none' ? town.newCaller() : await town.signInCitizen(slug, { level: 'high' })
  const begun = await caller.post(DRAFTS, { service: slug, anyway: 'true' })
  const { draftId } = await bodyOf<{ draftId: string }>(begun, 201)
  const refused: string[] = []
  for (const page of way.pages) {
    await upload(caller, draftId, { page, typed: way.typed })
    const next = await send(caller, draftId, { page, typed: way.typed })
    refused.push(...(next.isInvalid ? [`${page.address} is refused`] : []))
  }
  const { problems, count } = await sendCases(caller, draftId, { way, most })
  const isSent = online === 'own'
  return {
    problems: [...refused, ...problems],
    count,
    stored: isSent ? await stored(town, caller, draftId) : null,
    wanted: isSent ? plain(way.answers) : null,
  }
}

/** A way through the form that can be walked on the day of the town, that asks no register and nobody to sign. */
function firstWay(slug: string, lookups: readonly v.InferOutput<typeof Lookup>[]): Way {
  const form = seedForm(slug)
  const source = caseSource(seedFiles(slug), form, readXDatenfelder)
  const found = solve(source, 'api')
    .valid.map((instance) => refill(source, instance, { today: TODAY }))
    .filter((instance) => instance.found.length === 0 && !instance.isOpen)
    .filter(({ typed }) => neededSigners(form, typed, { today: TODAY }).length === 0)
    .find(({ typed }) => !lookups.some(({ choice, code }) => typed[`/${choice.replaceAll('.', '/')}`] === code))
  if (found === undefined) {
    throw new Error(`no way through ${slug} is known`)
  }
  const { typed, answers } = found
  return { source, typed, answers, pages: walk(form, typed, { today: TODAY }).pages }
}

type Sent = { readonly page: Page; readonly typed: Typed }

/** Sends what was typed, whatever page it belongs to: a page takes only what it asks. */
async function send(caller: Caller, draftId: string, { page, typed }: Sent): Promise<Next> {
  const texts = Object.fromEntries(Object.entries(typed).filter(([, value]) => typeof value === 'string'))
  return await bodyOf(await caller.post(`${DRAFTS}/${draftId}/steps/${page.address}`, texts), 200)
}

const BYTES: Readonly<Record<string, (mark: string) => Uint8Array>> = {
  'application/pdf': smallPdf,
  'image/png': () => smallPng(),
  'image/jpeg': () => smallJpeg(),
}
const ENDINGS: Readonly<Record<string, string>> = { 'application/pdf': 'pdf', 'image/png': 'png', 'image/jpeg': 'jpg' }

async function upload(caller: Caller, draftId: string, { page, typed }: Sent): Promise<void> {
  for (const { pointer } of page.asked.filter(({ field }) => field.kind === 'file')) {
    const files = (typed[pointer] ?? []) as readonly FileRef[]
    for (const { id, mediaType } of files) {
      const bytes = BYTES[mediaType]?.(`${pointer} ${id}`) ?? new Uint8Array()
      await bodyOf(
        await putFile(caller, draftId, bytes, { name: `${id}.${ENDINGS[mediaType]}`, question: pointer }),
        201,
      )
    }
  }
}

/** Sends pages with one answer changed, as the cases of the form have it, and looks what the page says of it. */
async function sendCases(
  caller: Caller,
  draftId: string,
  { way, most }: { way: Way; most: number },
): Promise<{ readonly problems: readonly string[]; readonly count: number }> {
  const { typed } = way
  const problems: string[] = []
  let count = 0
  for (const { page, field, pointer, draw } of chosen(way, most)) {
    count += 1
    const names = controlNames(field, pointer)
    const changed = Object.fromEntries(names.map((name, index) => [name, draw.texts[index] ?? '']))
    const next = await send(caller, draftId, { page, typed: { ...typed, ...changed } })
    const view = await caller.read<StepView>(`${DRAFTS}/${draftId}/steps/${page.address}`)
    const errors = view.fields.filter(({ name }) => name === pointer).flatMap(({ error }) => error?.type ?? [])
    const found = errors.filter((type) => type !== 'forms/check')
    const wanted = draw.wrong === undefined ? [] : [draw.wrong.type]
    if (found.join() !== wanted.join() || (wanted.length > 0 && !next.isInvalid)) {
      problems.push(`${pointer}: ${draw.what}: the page says [${errors.join(', ')}], wanted is [${wanted.join(', ')}]`)
    }
    await send(caller, draftId, { page, typed })
  }
  return { problems, count }
}

type Sample = AskedField & { readonly page: Page; readonly draw: Draw }

/** What is typed into the questions of a way, spread over all of them; of files their own tests see to. */
function chosen({ source, pages }: Way, most: number): readonly Sample[] {
  const all = pages.flatMap((page) =>
    page.asked
      .filter(({ field }) => field.kind !== 'file')
      .flatMap((asked) => source.draws(asked.field.path, TODAY).map((draw): Sample => ({ ...asked, page, draw }))),
  )
  const step = Math.max(1, Math.floor(all.length / most))
  return all.filter((_, index) => index % step === 0)
}

/** Presses the final button and opens what was stored, as the next in line gets it. */
async function stored(town: Town, caller: Caller, draftId: string): Promise<unknown> {
  const { vorgangId } = await bodyOf<Submitted>(await caller.post(`${DRAFTS}/${draftId}/submit`), 201)
  const row = await findLatestAnswers(town.ctx.db, vorgangId)
  if (row === undefined) {
    throw new Error('nothing was stored')
  }
  const spot = { table: 'submissions', row: row.id, column: 'answers' }
  const { answers } = (await town.ctx.keyring.openJson(row.keyId, spot, row.answersSealed)) as { answers: unknown }
  return plain(answers)
}

/** Answers without what the product alone can know of a file. */
const plain = (answers: unknown): unknown =>
  JSON.parse(
    JSON.stringify(answers, (_, value: unknown) =>
      typeof value === 'object' && value !== null && 'mediaType' in value ? { mediaType: value.mediaType } : value,
    ),
  )
