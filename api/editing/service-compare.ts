import type { Content } from '../content/snapshot.ts'
import { diffForms } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { countOpenDrafts } from '../submissions/service-count.ts'
import { wordChanges } from './compare.ts'
import { lineDiff } from './line-diff.ts'
import { casesBefore, filesOf, type Looked, look, modelIn, movedFiles, wordingOf } from './service-read.ts'
import { languageGaps } from './spoken.ts'
import { type EditingCtx, folderOf, readState, type State } from './state.ts'
import type { ComparePage, PointLine } from './view.ts'

/** What publishing would change: by element of the data schema, and by line of each file. */
export async function readCompare(ctx: EditingCtx, actor: Actor, slug: string): Promise<ComparePage> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  const live = ctx.content.live().content
  const looked = await look(ctx, state)
  const { line, content, findings } = looked
  const before = modelIn(ctx, live, slug)
  const after = content === null ? null : modelIn(ctx, content, slug)
  const old = folderOf(live, slug)
  return {
    slug,
    title: line.title,
    changes: before === null || after === null ? [] : diffForms(before, after),
    before: before === null ? '' : `${before.id} ${before.version}`,
    after: after === null ? '' : `${after.id} ${after.version}`,
    files: filesOf(state, old)
      .filter((file) => file.state !== 'same')
      .map((file) => ({ ...file, lines: lineDiff(old[file.name] ?? '', state.files[file.name] ?? '') }))
      .concat(describedIn(state, live), joining('fees.yaml', state.fees), joining('file-plan.yaml', state.positions)),
    isNew: line.isNew,
    findings,
    languages: languageGaps(state, content ?? live),
    said: line.isNew ? [] : await saidIn(ctx, state, looked),
    unchecked: looked.points.filter(({ isOpen, answer }) => !isOpen && isUnchecked(answer)),
    draftsRunning: await countOpenDrafts(ctx, slug),
    casesBefore: await casesBefore(ctx, state),
    moved: await movedFiles(ctx, state),
    version: state.row?.version ?? 0,
  }
}

/** The form itself does not keep the rule: a clerk looks at it, or somebody said why it is not needed. */
const isUnchecked = (answer: PointLine['answer']): boolean => answer?.how === 'clerk' || answer?.how === 'reason'

/** What publishing would change, in the words of the editors' pages. */
async function saidIn(ctx: EditingCtx, state: State, looked: Looked): Promise<ComparePage['said']> {
  const live = ctx.content.live().content
  const was = { ...state, files: folderOf(live, state.slug), catalogue: {}, fees: [], called: {}, positions: [] }
  const { form } = await ctx.survey(live, state.slug, ctx)
  const nameOf = (id: string): string => looked.points.find((point) => point.id === id)?.name ?? id
  const before = { state: was, content: live, wording: wordingOf(ctx, was, { form, content: live }) }
  const after = { state, content: looked.content ?? live, wording: wordingOf(ctx, state, looked) }
  return wordChanges(before, after).map((one) =>
    one.about.kind === 'rule' ? { ...one, about: { ...one.about, name: nameOf(one.about.name) } } : one,
  )
}

/** What a dropped description of the service changes in the state's catalogue, line by line. */
function describedIn(state: State, live: Content): ComparePage['files'] {
  const decoder = new TextDecoder()
  return Object.entries(state.catalogue).flatMap(([path, text]) => {
    const bytes = live.file(path)
    const lines = lineDiff(bytes === undefined ? '' : plainJson(decoder.decode(bytes)), plainJson(text))
    return lines.length === 0 ? [] : [{ name: path, state: bytes === undefined ? 'added' : 'changed', lines }]
  })
}

/** One entry a line, without the signs of JSON. */
const plainJson = (text: string): string =>
  JSON.stringify(JSON.parse(text), null, 1).replace(/^\s*[{}[\]],?$\n?/gm, '').replace(/[",]+$|"/gm, '') // biome-ignore format: one thought

/** Lines that join a file of the town with the service. */
const joining = (name: string, lines: readonly string[]): ComparePage['files'] =>
  lines.length === 0 ? [] : [{ name, state: 'changed', lines: lines.map((text) => ({ what: 'added', text })) }]
