import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addFile, filesIn, type Typed, valueAt } from './answers.ts'
import { anotherName, filesOf, itemCount, removeItem } from './items.ts'
import { reviewView } from './review-view.ts'
import { stepView } from './step-view.ts'
import { findPage, nextStep, previousStep, resumeStep } from './steps.ts'
import { summary } from './summary.ts'
import { loadChanged, PATHS, seedExamples, seedForm, seedWords, TODAY } from './testing.ts'
import { readStepBody, validateAll, validateStep } from './validate.ts'
import { walk } from './walk.ts'

const form = seedForm('alle-felder')
const words = seedWords()
const today = { today: TODAY }
const options = { ...today, words, paths: PATHS }
const whole: Typed = seedExamples(form)[1]?.typed ?? {}
const send = (typed: Typed, address: string, entries: Readonly<Record<string, string>>): Typed => {
  const read = readStepBody(form, typed, address, { entries: Object.entries(entries), ...today })
  if (read === undefined) {
    throw new Error(`${address} cannot be reached`)
  }
  return read.typed
}
const addresses = (typed: Typed) =>
  walk(form, typed, today).pages.flatMap((page) => (page.address.startsWith('eintraege') ? [page.address] : []))

describe('groups that repeat within each other', () => {
  it('ask for the items of an item before the next of its pages, each at an address of its own', () => {
    expect(addresses(whole)).toEqual(
      'eintraege-1-was eintraege-1-wann eintraege-1-preis eintraege-1-beleg eintraege-1-posten-1-ware eintraege-1-posten-1-grund eintraege-1-posten-1-foto eintraege-1-posten-2-ware eintraege-1-posten-2-foto eintraege-1-posten eintraege-1-anzahl eintraege-2-was eintraege-2-wann eintraege-2-beleg eintraege-2-posten-1-ware eintraege-2-posten-1-foto eintraege-2-posten eintraege-2-anzahl eintraege'.split(
        ' ',
      ),
    )
  })

  it('decide with the item at hand and the one around it', () => {
    const cheap = { ...whole, '/eintraege/0/teuer': 'false' }
    expect(addresses(cheap)).not.toContain('eintraege-1-posten-1-grund')
    expect(JSON.stringify(walk(form, cheap, today).answers)).not.toContain('drei Räder')
    expect(addresses({ ...whole, '/eintraege/0/posten/0/betrag': '100' })).not.toContain('eintraege-1-posten-1-grund')
    expect(addresses({ ...whole, '/eintraege/0/posten/1/betrag': '101' })).toContain('eintraege-1-posten-2-grund')
  })

  it('say in their headings which item within which', () => {
    expect(stepView(form, whole, 'eintraege-1-posten-2-foto', options)).toMatchObject({
      title: 'Eintrag 1 › Posten 2: Fotos des Postens',
      backPath: '/eintraege-1-posten-2-ware',
    })
    const list = stepView(form, whole, 'eintraege-1-posten', options)
    expect(list).toMatchObject({ title: 'Eintrag 1: Posten', kind: 'loop' })
    expect(list?.loop?.items).toEqual([
      {
        title: 'Posten 1: Fahrrad',
        changePath: '/eintraege-1-posten-1-ware',
        changeLabel: 'Ändern: Posten 1: Fahrrad',
        removeAction: 'remove:/eintraege/0/posten/0',
        removeLabel: 'Entfernen: Posten 1: Fahrrad',
        isComplete: true,
      },
      expect.objectContaining({ title: 'Posten 2: Klingel', removeAction: 'remove:/eintraege/0/posten/1' }),
    ])
    expect(list?.loop?.another?.name).toBe('/eintraege/0/posten/+')
    const outer = stepView(form, { ...whole, '/eintraege/0/posten/1/was': '' }, 'eintraege', options)?.loop?.items[0]
    expect(outer).toMatchObject({ isComplete: false, changePath: '/eintraege-1-posten-2-ware' })
  })

  it('add an item to the item at hand, and ask there for another', () => {
    const asked = send(whole, 'eintraege-1-posten', { '/eintraege/0/posten/+': 'true' })
    expect(nextStep(form, asked, 'eintraege-1-posten', today)).toEqual({
      kind: 'step',
      address: 'eintraege-1-posten-3-ware',
    })
    expect(findPage(form, asked, 'eintraege-1-posten-4-ware', today)).toBeUndefined()
    expect(findPage(form, asked, 'eintraege-3-posten-1-ware', today)).toBeUndefined()
    expect(previousStep(form, asked, 'eintraege-1-posten-3-ware', today)).toEqual({
      kind: 'step',
      address: 'eintraege-1-posten-2-foto',
    })
    const begun = send(asked, 'eintraege-1-posten-3-ware', {
      '/eintraege/0/posten/2/was': 'Sattel',
      '/eintraege/0/posten/2/betrag': '20',
    })
    expect(Object.hasOwn(begun, '/eintraege/0/posten/+')).toBe(false)
    expect(begun['/eintraege/+']).toBe('false')
    expect(resumeStep(form, begun, today)).toEqual({ kind: 'step', address: 'eintraege-1-posten-3-foto' })
    const full = stepView(form, begun, 'eintraege-1-posten', options)
    expect(full?.loop?.maximumText).toContain('3')
  })

  it('ask for every item of a new outer one in turn', () => {
    const asked = send(whole, 'eintraege', { '/eintraege/+': 'true' })
    const begun = send(asked, 'eintraege-3-was', { '/eintraege/2/was': 'Dritter' })
    expect(addresses(begun)).toContain('eintraege-3-posten')
    expect(validateStep(form, 'eintraege-3-posten', begun, today)).toMatchObject({
      ok: false,
      issues: [{ pointer: '/eintraege/2/posten/+', type: 'forms/choose-another' }],
    })
  })

  it('remove an inner item by its own page only', () => {
    const inner = readStepBody(form, whole, 'eintraege-1-posten', {
      entries: [['action', 'remove:/eintraege/0/posten/0']],
      ...today,
    })
    expect(inner?.action).toEqual({ kind: 'remove-item', list: '/eintraege/0/posten', index: 0 })
    expect(inner?.typed['/eintraege/0/posten/0/was']).toBe('Klingel')
    const foreign = readStepBody(form, whole, 'eintraege-1-posten', {
      entries: [['action', 'remove:/eintraege/1/posten/0']],
      ...today,
    })
    expect(foreign?.action).toEqual({ kind: 'continue' })
    expect(foreign?.typed['/eintraege/1/posten/0/was']).toBe('Lampe')
  })

  it('take what is inside of a removed item away with it, and move what is inside of later ones', () => {
    const removed = readStepBody(form, whole, 'eintraege', { entries: [['action', 'remove:/eintraege/0']], ...today })
    expect(removed?.typed).toMatchObject({ '/eintraege/0/was': 'Beleg', '/eintraege/0/posten/0/was': 'Lampe' })
    expect(removed?.typed['/eintraege/0/posten/+']).toBe('false')
    expect(filesIn(removed?.typed ?? {}).map(({ file }) => file.name)).not.toContain('rad.png')
    expect(itemCount(removed?.typed ?? {}, '/eintraege/0/posten', 9)).toBe(1)
  })

  it('are told apart in the review and in the copy', () => {
    const result = validateAll(form, whole, today)
    const titles = (result.ok ? summary(form, result.answers, options) : []).map((section) => section.title)
    expect(titles).toEqual(
      expect.arrayContaining(['Eintrag 1 › Posten 2: Klingel', 'Eintrag 2: Beleg', 'Eintrag 2 › Posten 1: Lampe']),
    )
    expect(new Set(titles).size).toBe(titles.length)
    const rows = reviewView(form, whole, options).sections.flatMap((section) => section.rows)
    expect(rows.find((row) => row.pointer === '/eintraege/0/posten/1/was')).toMatchObject({
      value: 'Klingel',
      changePath: '/eintraege-1-posten-2-ware?aendern',
    })
    expect(result.ok ? filesOf(form, result.answers).map(({ pointer }) => pointer) : []).toContain(
      '/eintraege/0/posten/0/foto',
    )
  })
})

type Part = { was: string; files: string[] }
type Entry = { was: string; parts: Part[] }
type Act = readonly [
  kind: 'add' | 'add-part' | 'file' | 'remove' | 'remove-part' | 'page',
  outer: number,
  inner: number,
]

const file = (id: string) => ({ id, name: `${id}.png`, mediaType: 'image/png', sizeBytes: 7 })

/** The same act on the answers of a draft, through the pages, and on plain lists. */
function act(typed: Typed, entries: Entry[], [kind, outer, inner]: Act, name: string): Typed {
  const entry = entries[outer % Math.max(entries.length, 1)]
  const at = entry === undefined ? -1 : entries.indexOf(entry)
  const part = entry?.parts[inner % Math.max(entry.parts.length, 1)]
  const index = part === undefined ? -1 : (entry?.parts.indexOf(part) ?? -1)
  const parts = `/eintraege/${at}/posten`
  if (kind === 'add' && entries.length < 3) {
    const asked = send(typed, 'eintraege', { [anotherName('eintraege')]: 'true' })
    entries.push({ was: name, parts: [] })
    return send(asked, `eintraege-${entries.length}-was`, { [`/eintraege/${entries.length - 1}/was`]: name })
  }
  if (kind === 'add-part' && entry !== undefined && entry.parts.length < 3) {
    const asked = send(typed, `eintraege-${at + 1}-posten`, { [anotherName(parts)]: 'true' })
    entry.parts.push({ was: name, files: [] })
    const count = entry.parts.length
    return send(asked, `eintraege-${at + 1}-posten-${count}-ware`, { [`${parts}/${count - 1}/was`]: name })
  }
  if (kind === 'file' && part !== undefined && part.files.length < 2) {
    part.files.push(name)
    return addFile(typed, `${parts}/${index}/foto`, file(name))
  }
  if (kind === 'remove' && entry !== undefined) {
    entries.splice(at, 1)
    return send(typed, 'eintraege', { action: `remove:/eintraege/${at}` })
  }
  if (kind === 'remove-part' && entry !== undefined && part !== undefined) {
    entry.parts.splice(index, 1)
    return send(typed, `eintraege-${at + 1}-posten`, { action: `remove:${parts}/${index}` })
  }
  return kind === 'page' && part !== undefined ? send(typed, `eintraege-${at + 1}-posten-${index + 1}-foto`, {}) : typed
}

describe('files and values in nested items', () => {
  it('survive adding and removing in any order, each with its own item', () => {
    const kinds = ['add', 'add', 'add-part', 'add-part', 'file', 'file', 'remove', 'remove-part', 'page'] as const
    const acts = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(2), fc.nat(2)), { maxLength: 25 })
    fc.assert(
      fc.property(acts, (all) => {
        const entries: Entry[] = []
        let typed: Typed = seedExamples(form)[0]?.typed ?? {}
        for (const [index, one] of all.entries()) {
          typed = act(typed, entries, one, `n${index}`)
        }
        const { answers } = walk(form, typed, today)
        const found = entries.map((_, outer): Entry => {
          const at = `/eintraege/${outer}`
          const list = valueAt(answers, `${at}/posten`)
          return {
            was: String(valueAt(answers, `${at}/was`)),
            parts: (Array.isArray(list) ? list : []).map((part: { was?: string; foto?: { id: string }[] }) => ({
              was: part.was ?? '',
              files: (part.foto ?? []).map(({ id }) => id),
            })),
          }
        })
        expect(found).toEqual(entries)
        const kept = filesIn(typed).map(({ file: { id } }) => id)
        const wanted = entries.flatMap((entry) => entry.parts.flatMap((part) => part.files))
        expect(kept.filter((id) => id !== 'example-1').toSorted()).toEqual(wanted.toSorted())
        // What was kept from the walk before is what a walk from nothing finds.
        expect(walk(form, { ...typed }, today)).toEqual(walk(form, typed, today))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a check over all items of a list, at a question of the list', () => {
  const at = (rule: string, where = 'eintraege.preis') =>
    loadChanged('alle-felder', 'form.de.yaml', [
      ['checks:\n', `checks:\n  - { id: alle, at: ${where}, rule: '${rule}', text: Zusammen ist es zu viel. }\n`],
    ])
  const checked = (rule: string, where?: string) => {
    const result = at(rule, where)
    return result.ok ? result.form : expect.unreachable(JSON.stringify(result.findings))
  }
  const sum = 'sum(for x in eintraege return count(x.posten)) <= 2'

  it.each([
    ['a question of the list', 'eintraege.was'],
    ['a question of a list inside of it', 'eintraege.posten.betrag'],
  ])('is said after the last item, where another is asked for: %s', (_, where) => {
    const own = checked(sum, where)
    expect(validateStep(own, 'eintraege-1-was', whole, today)).toEqual({ ok: true })
    const issue = { pointer: '/eintraege/+', type: 'forms/check', params: { check: 'alle' } }
    expect(validateStep(own, 'eintraege', whole, today)).toEqual({ ok: false, issues: [issue] })
    expect(validateAll(own, whole, today)).toEqual({ ok: false, issues: [issue] })
    const view = stepView(own, whole, 'eintraege', options)
    expect(view?.errors).toMatchObject([{ text: 'Zusammen ist es zu viel.' }])
    expect(view?.loop?.another?.error?.text).toBe('Zusammen ist es zu viel.')
    const fewer = removeItem(removeItem(whole, '/eintraege/0/posten', 1), '/eintraege', 1)
    const done = { ...fewer, '/eintraege/+': 'false', '/eintraege/0/posten/+': 'false' }
    expect(validateStep(own, 'eintraege', done, today)).toEqual({ ok: true })
  })

  it('says nothing while an item is not as it has to be, and of no items at all', () => {
    const own = checked('sum(for x in eintraege return count(x.posten)) <= 0')
    expect(validateStep(own, 'eintraege', { ...whole, '/eintraege/0/was': '' }, today)).toEqual({ ok: true })
    const none = Object.fromEntries(Object.entries(whole).filter(([name]) => !name.startsWith('/eintraege/')))
    expect(validateStep(own, 'eintraege', { ...none, '/eintraege/+': 'false' }, today).ok).toBe(true)
  })

  it('one at fault of the most items that may be is led to what stands there', () => {
    const most = {
      ...whole,
      ...Object.fromEntries([2, 3, 4, 5, 6, 7, 8].map((index) => [`/eintraege/${index}/was`, 'x'])),
    }
    const view = stepView(form, most, 'eintraege', options)?.loop
    expect(view).toMatchObject({ id: 'feld-eintraege-weiter' })
    expect(view?.another).toBeUndefined()
  })

  it('is refused where it looks at one item too, or at what is asked later', () => {
    const refused = (rule: string) => {
      const result = at(rule, 'eintraege.was')
      return result.ok ? [] : result.findings.map(({ type }) => type)
    }
    expect(refused('count(eintraege) > 1 and eintrag.teuer')).toEqual(['forms/list-check'])
    expect(refused('count(eintraege) > 1 and eintrag.was != "x"')).toEqual(['forms/list-check'])
  })
})

describe('loading nested groups', () => {
  const refused = (from: string, to: string) => {
    const result = loadChanged('alle-felder', 'form.de.yaml', [[from, to]])
    return result.ok ? [] : result.findings.map(({ type, suggestion }) => [type, suggestion])
  }
  it.each<[string, string, string, string, string?]>([
    ['a list in an item of another', 'loop: eintraege.posten', 'loop: eintraege', 'forms/loop', 'eintraege'],
    ['a name of the outer item', 'eintragOben.teuer and', 'eintragOben.teur and', 'feel/unknown-name', 'teuer'],
    ['an item where there is none around', 'when: eintrag.teuer }', 'when: eintragOben.teuer }', 'feel/unknown-name'],
    ['the list a rule stands in', 'eintragOben.teuer and', 'count(eintragOben.posten) > 1 and', 'forms/later-answer'],
    ['the whole outer list inside of it', 'eintragOben.teuer and', 'count(eintraege) > 1 and', 'forms/later-answer'],
  ])('refuses %s', (_, from, to, type, suggestion) => {
    expect(refused(from, to)).toContainEqual([type, suggestion])
  })
})
