import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { controlNames, type FileRef, pointerOf, type Typed, TypedAnswers } from './answers.ts'
import { anotherName, filesOf, listsIn } from './items.ts'
import type { Field, Form } from './model.ts'
import { reviewView } from './review-view.ts'
import { formSchema, jsonSchema } from './schema.ts'
import { stepView } from './step-view.ts'
import { firstStep, nextStep, previousStep, resumeStep } from './steps.ts'
import { summary } from './summary.ts'
import { PATHS, seedExamples, seedForm, seedWords, TODAY } from './testing.ts'
import { typedFrom } from './typed-from.ts'
import { reachable, readStepBody, validateAll, validateStep } from './validate.ts'
import { walk } from './walk.ts'

const words = seedWords()
const options = { today: TODAY, words, paths: PATHS }
const forms = ['hund-anmelden', 'alle-felder'].map(seedForm)

const HOSTILE = [
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', '-1', '1e309', '0x0', '\u0000', 'a\u0000b',
  '\ud800', '\udfff', '﷽', 'Ω≈ç√∫', '⁰⁴⁵', '👩‍👩‍👧‍👦', '\u202Etest', '﻿', '<script>alert(1)</script>', "' OR 1=1 --", '../../etc/passwd', '{{7*7}}',
  '$' + '{7*7}', '%00', '\r\nX-Header: 1', '١٢٣', '𝓜𝓪𝓻𝓪', 'İ', 'ẞ', 'ﬁ', 'x'.repeat(20_001), '9'.repeat(5000), ' '.repeat(5000), `${'a,'.repeat(5000)}`,
  `${'ä'.repeat(3000)}\u0308`, '1.'.repeat(2000), 'e\u0301'.repeat(2000), '-'.repeat(3000), 'a@'.repeat(3000), '00 00 00 '.repeat(500),
] // biome-ignore format: one list

const FILE = fc.record({
  id: fc.stringMatching(/^[a-z0-9-]{1,12}$/),
  name: fc.string({ maxLength: 50 }),
  mediaType: fc.constantFrom('application/pdf', 'image/png', 'text/html'),
  sizeBytes: fc.nat(40_000_000),
})

/** What a field may hold: something plausible, something hostile, nothing. */
function typedOf(field: Field): fc.Arbitrary<string> {
  const plausible: readonly string[] = [
    'Mara', '03046', '13', '4', '1985', '2026', '1.234,56', 'true', 'false', 'DE02 1203 0000 0000 2020 51', 'a@b.example',
    '0355 612200', '276098100001234', '01234567812', '14:30', 'DEU', 'AB-12', 'CB-AB 12', '', ...field.options.map((option) => option.code),
  ] // biome-ignore format: one list
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...plausible) },
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
}

const ITEMS: readonly (readonly (readonly number[])[])[] = [
  [[]],
  [[0], [1], [2], [7]],
  [
    [0, 0],
    [0, 1],
    [1, 0],
    [2, 5],
  ],
]

/** Any typed answers of a form: known names with any text, unknown names, several items. */
function anyTyped(form: Form): fc.Arbitrary<Typed> {
  const entries: fc.Arbitrary<readonly [string, string | readonly FileRef[]]>[] = []
  for (const field of form.fields.values()) {
    for (const items of ITEMS[field.loops.length] ?? []) {
      const pointer = pointerOf(field, items)
      if (field.kind === 'file') {
        entries.push(fc.array(FILE, { maxLength: 4 }).map((files) => [pointer, files] as const))
      } else {
        entries.push(...controlNames(field, pointer).map((name) => typedOf(field).map((text) => [name, text] as const)))
      }
    }
  }
  const lists = listsIn(form, () => 2)
  entries.push(
    ...lists.map((list) => fc.constantFrom('true', 'false', '', 'x').map((text) => [anotherName(list), text] as const)),
  )
  const strange = fc.tuple(
    fc.constantFrom('__proto__', '/__proto__/x', '/hunde/__proto__/x', '/hunde/999/rufname', '', '/'),
    fc.string({ maxLength: 5 }),
  )
  return fc
    .tuple(
      fc.tuple(...entries),
      fc.array(fc.boolean(), { minLength: entries.length, maxLength: entries.length }),
      fc.array(strange, { maxLength: 3 }),
    )
    .map(([all, kept, more]) => Object.fromEntries([...all.filter((_, index) => kept[index]), ...more]) as Typed)
}

describe.each(forms.map((form) => [form.slug, form] as const))('any typed answers of %s', (_, form) => {
  const today = { today: TODAY }
  it('never throw, wherever they are read', () => {
    fc.assert(
      fc.property(anyTyped(form), (typed) => {
        const walked = walk(form, typed, today)
        for (const page of walked.pages.slice(0, 6)) {
          stepView(form, typed, page.address, options)
          validateStep(form, page.address, typed, today)
          nextStep(form, typed, page.address, today)
          previousStep(form, typed, page.address, today)
        }
        reviewView(form, typed, options)
        resumeStep(form, typed, today)
        expect(validateAll(form, typed, today).ok).toBe(walked.isComplete)
      }),
      { numRuns: 60 },
    )
  })

  it('give answers that hold nothing unreachable, satisfy the schema of the form and come back the same', () => {
    const schema = formSchema(form)
    const valid = seedExamples(form).filter((example) => example.findings.length === 0)
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        anyTyped(form),
        fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
        (example, noise, kept) => {
          const mixed = Object.entries(noise).filter(
            (_entry, index) => kept[index] === true && (kept[index + 90] ?? false),
          )
          const typed: Typed = { ...example.typed, ...Object.fromEntries(mixed) }
          const result = validateAll(form, typed, today)
          const reached = reachable(form, typed, today)
          const isComputed = (pointer: string) => form.fields.get(pathOf(pointer))?.kind === 'computed'
          for (const pointer of pointersOf(walk(form, typed, today).answers, '').filter((one) => !isComputed(one))) {
            expect(
              [...reached].some((known) => pointer === known || pointer.startsWith(`${known}/`)),
              pointer,
            ).toBe(true)
          }
          if (result.ok) {
            expect(v.safeParse(schema, result.answers).issues).toBeUndefined()
            const again = validateAll(form, typedFrom(form, result.answers), today)
            expect(again).toEqual(result)
            expect(filesOf(form, result.answers).every(({ pointer }) => reached.has(pointer))).toBe(true)
          }
        },
      ),
      { numRuns: 80 },
    )
  })

  it('survive being stored as JSON', () => {
    fc.assert(
      fc.property(anyTyped(form), (typed) => {
        const stored = v.safeParse(TypedAnswers, JSON.parse(JSON.stringify(typed)))
        expect(stored.success).toBe(true)
        expect(walk(form, stored.output as Typed, today)).toEqual(walk(form, typed, today))
      }),
      { numRuns: 30 },
    )
  })

  it('reads any body of any page without throwing and takes no name the page does not ask', () => {
    const names = fc.oneof(
      fc.constantFrom(...[...form.fields.values()].flatMap((field) => controlNames(field, pointerOf(field, 0)))),
      fc.constantFrom(...HOSTILE),
    )
    const body = fc.array(
      fc.tuple(names, fc.oneof(fc.constantFrom<unknown>(...HOSTILE, 5, null, {}, []), fc.string())),
      { maxLength: 30 },
    )
    const address = fc.oneof(
      fc.constantFrom(...form.steps.map((step) => step.id)),
      fc.constant(firstStep(form, today)),
      fc.constantFrom(...HOSTILE),
    )
    fc.assert(
      fc.property(address, body, (at, entries) => {
        const read = readStepBody(form, {}, at, { entries, ...today })
        const asked = new Set(
          walk(form, {}, today).pages.flatMap((page) =>
            page.address === at
              ? page.asked.flatMap(({ field, pointer }) => [pointer, ...controlNames(field, pointer)])
              : [],
          ),
        )
        expect(Object.keys(read?.typed ?? {}).every((name) => asked.has(name) || name.endsWith('/+'))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('have a summary that shows every answer that was asked', () => {
    for (const example of seedExamples(form).filter((one) => one.findings.length === 0)) {
      const result = validateAll(form, example.typed, today)
      const rows = result.ok ? summary(form, result.answers, options).flatMap((section) => section.rows) : []
      const asked = [...reachable(form, example.typed, today)].filter(
        (pointer) => form.fields.get(pathOf(pointer))?.kind !== 'note',
      )
      expect(rows.map((row) => row.pointer).toSorted()).toEqual(asked.toSorted())
    }
  })

  it('has a JSON Schema that refuses unknown keys', () => {
    expect(jsonSchema(form)).toMatchObject({
      type: 'object',
      additionalProperties: false,
      $id: `urn:stadttor:form:${form.slug}:${form.digest}`,
    })
  })
})

const pathOf = (pointer: string): string =>
  pointer
    .split('/')
    .filter((part) => part !== '' && !/^\d+$/.test(part))
    .join('.')

function pointersOf(value: unknown, at: string): readonly string[] {
  if (typeof value !== 'object' || value === null) {
    return [at]
  }
  return Object.entries(value).flatMap(([key, inner]) => pointersOf(inner, `${at}/${key}`))
}
