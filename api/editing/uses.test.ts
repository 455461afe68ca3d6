import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { applyUses } from './apply-uses.ts'
import { movePage } from './page-order.ts'
import { renamedIn, tokensIn } from './rule-names.ts'
import { sentencesOf, withoutName, withoutSentences } from './sentences.ts'
import { PLACES, usesOf, type Way } from './uses.ts'
import { yamlAt } from './yaml-edit.ts'

const GONE = 'person.rufname'
const OTHER = 'person.name'
const KINDS = { rule: `${GONE} != null`, text: `Guten Tag. Das ist {${GONE}}.`, path: GONE, variable: '' } as const

/** A file with a specimen at one place, as deep as the place is. */
function fileAt(at: string, value: string): string {
  const whole = at.replace('**', '0').split('/').reduceRight<unknown>((inner, part) => (part === '*' ? [inner] : /^\d+$/.test(part) ? [inner] : { [part]: inner }), value) // biome-ignore format: one thought
  return stringify(whole)
}
const NAMES: Readonly<Record<string, string>> = { form: 'form.de.yaml', service: 'service.yaml', notice: 'notice.approval.de.yaml' } // biome-ignore format: one line
const nameOf = (file: RegExp): string => Object.values(NAMES).find((name) => file.test(name)) ?? ''

describe('every place that can name a question', () => {
  it.each(PLACES.map((place) => [nameOf(place.file), place.at, place] as const))('%s, %s: is found, and takes another question or goes', (name, at, place) => {
    const files = { [name]: fileAt(at, KINDS[place.kind]) }
    const [use, ...more] = usesOf(files, [GONE, 'person.anderes'])
    expect(more).toEqual([])
    expect(use).toMatchObject({ file: name, kind: place.kind, path: GONE })
    if (use === undefined) {
      return
    }
    const replaced = applyUses(files, [{ use, to: OTHER }])[name] ?? ''
    expect(replaced).toContain(OTHER)
    expect(usesOf({ [name]: replaced }, [GONE])).toEqual([])
    for (const way of use.ways) {
      const rest = applyUses(files, [{ use, way }])
      expect(usesOf(rest, [GONE]), way).toEqual([])
    }
  }) // biome-ignore format: one thought
})

describe('what goes with it', () => {
  const remove = (name: string, source: string, ways: readonly Way[]): string => {
    const uses = usesOf({ [name]: source }, [GONE])
    const chosen = uses.flatMap((use) => {
      const way = ways.find((one) => use.ways.includes(one))
      return way === undefined ? [] : [{ use, way }]
    })
    return applyUses({ [name]: source }, chosen)[name] ?? ''
  }

  it('a check takes the answers to rules with it that it gave', () => {
    const source = stringify({
      checks: [{ id: 'a', at: OTHER, rule: 'true' }, { id: 'b', at: GONE, rule: `${GONE} != ""` }],
      rules: { R1: { check: 'b' }, R2: { check: 'a' } },
    }) // biome-ignore format: one thought
    const rest = remove('form.de.yaml', source, ['entry'])
    expect(yamlAt(rest, ['checks'])).toEqual([{ id: 'a', at: OTHER, rule: 'true' }])
    expect(yamlAt(rest, ['rules'])).toEqual({ R2: { check: 'a' } })
  })

  it('several entries of one list go from the end, the last fee takes the whole fee away', () => {
    const items = [{ fee: 'a', when: `${GONE} = ""` }, { fee: 'b' }, { fee: 'c', when: `${GONE} = "x"` }]
    expect(yamlAt(remove('service.yaml', stringify({ fee: { items } }), ['entry']), ['fee', 'items'])).toEqual([{ fee: 'b' }]) // biome-ignore format: one line
    expect(yamlAt(remove('service.yaml', stringify({ fee: { items: items.slice(2) } }), ['entry']), ['fee'])).toBeUndefined() // biome-ignore format: one line
  })

  it('an address keeps two lines, a decision its last text, a refusal its reasons', () => {
    const address = stringify({ recipient: [`{${GONE}}`, `{${OTHER}}`] })
    expect(yamlAt(remove('notice.approval.de.yaml', address, ['name']), ['recipient'])).toEqual([`{${OTHER}}`, '{leistung.titel}']) // biome-ignore format: one line
    const only = stringify({ kind: 'approval', operative: [`Sie heißen {${GONE}}.`] })
    expect(usesOf({ 'notice.approval.de.yaml': only }, [GONE])[0]?.ways).toEqual(['name'])
    const reasons = stringify({ kind: 'refusal', reasons: [{ text: '{entscheidung.gruende}', when: `${GONE} = ""` }, 'So.'] })
    expect(usesOf({ 'notice.refusal.de.yaml': reasons }, [GONE])[0]?.ways).toEqual(['rule'])
  }) // biome-ignore format: one thought
})

describe('names in rules', () => {
  it.each([
    ['person.rufname = "person.rufname"', [], ['person.rufname']],
    ['eintrag.laenge > 3 and eintragOben.ort = "x"', ['hafen', 'hafen.boote'], ['hafen.boote.laenge', 'hafen.ort']],
    ['some b in boote satisfies b.laenge > 3', [], ['boote', 'boote.laenge']],
    ['count(boote[laenge > 3]) > 1', [], ['boote', 'boote.laenge']],
    ['sum(for x in boote return x.laenge * x.breite) < 9', [], ['boote.laenge', 'boote.breite']],
  ] as const)('%s', (rule, loops, paths) => {
    expect(tokensIn(rule, { loops }).map(({ path }) => path)).toEqual(expect.arrayContaining([...paths]))
  })

  it.each([
    ['some b in boote satisfies b.laenge > 3', [], 'some b in boote satisfies b.breite > 3'],
    ['eintrag.laenge > 3', ['boote'], 'eintrag.breite > 3'],
    ['count(boote[laenge > 3]) > 1', [], 'count(boote[breite > 3]) > 1'],
    ['sum(boote.laenge) > 3 and "boote.laenge" = x', [], 'sum(boote.breite) > 3 and "boote.laenge" = x'],
  ] as const)('%s with another question', (rule, loops, expected) => {
    expect(renamedIn(rule, { from: 'boote.laenge', to: 'boote.breite', around: { loops } })).toBe(expected)
  })
})

describe('sentences', () => {
  it('end where they end, not at a point in a name, a number or an abbreviation', () => {
    const text =
      'Nach § 5 Abs. 2 Nr. 1 gilt das, z. B. Boote. Das Boot {person.rufname} liegt am 3. Steg. Gut!\nUnd neu.'
    expect(sentencesOf(text).map((one) => one.trim())).toEqual([
      'Nach § 5 Abs. 2 Nr. 1 gilt das, z. B. Boote.',
      'Das Boot {person.rufname} liegt am 3. Steg.',
      'Gut!',
      'Und neu.',
    ])
    expect(sentencesOf(text).join('')).toBe(text)
    expect(withoutSentences(text, GONE)).not.toContain('rufname')
  })

  it('a name goes with the space and the signs around it', () => {
    expect(withoutName(`Guten Tag {${GONE}},`, GONE)).toBe('Guten Tag,')
    expect(withoutName(`Das Boot ({${GONE}}) liegt.`, GONE)).toBe('Das Boot liegt.')
  })
})

it('a page or a list changes places with what is beside it, and sections follow', () => {
  const source = stringify({
    sections: [{ id: 'a' }, { id: 'b' }],
    steps: [{ id: 'eins', section: 'a', fields: ['x'] }, { id: 'liste', section: 'b', loop: 'l', steps: [{ id: 'innen', fields: ['l.y'] }] }],
  }) // biome-ignore format: one thought
  const moved = movePage(source, 'liste', 'up') ?? ''
  expect(yamlAt(moved, ['sections'])).toEqual([{ id: 'b' }, { id: 'a' }])
  expect(yamlAt(moved, ['steps', 0, 'id'])).toBe('liste')
  expect(movePage(moved, 'eins', 'up')).toBe(source)
  expect([movePage(source, 'eins', 'up'), movePage(source, 'innen', 'down'), movePage(source, 'nie', 'up')]).toEqual([undefined, undefined, undefined]) // biome-ignore format: one line
})
