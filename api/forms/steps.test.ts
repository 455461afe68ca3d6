import { describe, expect, it } from 'vitest'
import { addFile, filesIn, refuseFile, type Typed } from './answers.ts'
import { anotherName, filesOf } from './items.ts'
import { canonicalAnswers } from './schema.ts'
import { findPage, firstStep, nextStep, previousStep, resumeStep } from './steps.ts'
import { seedExamples, seedForm, TODAY } from './testing.ts'
import { reachable, readStepBody, validateAll, validateStep } from './validate.ts'
import { walk } from './walk.ts'

const form = seedForm('hund-anmelden')
const examples = seedExamples(form)
const typedOf = (name: string): Typed => examples.find((example) => example.name === name)?.typed ?? {}
const one = typedOf('ein Hund, Überweisung')
const two = typedOf('zwei Hunde, Lastschrift, alles angegeben')
const today = { today: TODAY }
const send = (typed: Typed, address: string, entries: Readonly<Record<string, string>>) => {
  const read = readStepBody(form, typed, address, { entries: Object.entries(entries), ...today })
  if (read === undefined) {
    throw new Error(`${address} cannot be reached`)
  }
  return read
}
const addresses = (typed: Typed) => walk(form, typed, today).pages.map((page) => page.address)

describe('the way through a form', () => {
  it('asks the steps in order, the pages of the first item before the list of items', () => {
    expect(firstStep(form, today)).toBe('name')
    expect(addresses({})).toEqual(
      'name geburtsdatum anschrift kontakt hunde-1-rasse hunde-1-daten hunde-1-chip hunde-1-einstufung hunde ermaessigung zahlungsart unterlagen erklaerung'.split(
        ' ',
      ),
    )
  })

  it('goes page by page with each page sent, to the review', () => {
    const seen: string[] = []
    let typed: Typed = {}
    let next = resumeStep(form, typed, today)
    while (next.kind === 'step' && seen.length < 40) {
      seen.push(next.address)
      const page = findPage(form, two, next.address, today)?.page
      const names = page?.step.kind === 'loop' ? [anotherName('hunde')] : Object.keys(two)
      const begun = seen.filter((address) => address.endsWith('-rasse')).length
      const entries = names.flatMap((name) => {
        const value = page?.step.kind === 'loop' ? String(begun < 2) : two[name]
        return typeof value === 'string' ? [[name, value] as const] : []
      })
      typed = send(typed, next.address, Object.fromEntries(entries)).typed
      expect(validateStep(form, next.address, typed, today), next.address).toEqual({ ok: true })
      next = nextStep(form, typed, next.address, today)
    }
    expect(next).toEqual({ kind: 'review' })
    expect(seen.filter((address) => address === 'hunde')).toHaveLength(2)
    expect(seen).toEqual(expect.arrayContaining(['hunde-2-rasse', 'konto']))
    expect(validateAll(form, typed, today)).toMatchObject({ ok: true })
  })

  it('goes back over the same pages', () => {
    expect(previousStep(form, one, 'geburtsdatum', today)).toEqual({ kind: 'step', address: 'name' })
    expect(previousStep(form, one, 'name', today)).toEqual({ kind: 'start' })
    expect(previousStep(form, one, 'hunde-2-rasse', today)).toEqual({ kind: 'step', address: 'hunde-1-einstufung' })
    expect(previousStep(form, one, 'gibt-es-nicht', today)).toEqual({ kind: 'start' })
  })

  it('asks new follow-up questions first when something is changed from the review', () => {
    const plain = send(one, 'kontakt', { '/halter/kontakt/email': 'a@b.example' })
    expect(nextStep(form, plain.typed, 'kontakt', { ...today, isChanging: true })).toEqual({ kind: 'review' })
    const debit = send(one, 'zahlungsart', { '/zahlung/art': 'lastschrift' })
    expect(nextStep(form, debit.typed, 'zahlungsart', { ...today, isChanging: true })).toEqual({
      kind: 'step',
      address: 'konto',
    })
  })

  it('counts steps anew when branches open', () => {
    expect(walk(form, {}, today).stepTotal).toBe(9)
    expect(walk(form, one, today).stepTotal).toBe(9)
    expect(walk(form, two, today).stepTotal).toBe(10)
    expect(walk(form, { '/ermaessigung/gewuenscht': 'true' }, today).stepTotal).toBe(11)
  })

  it('does not open a page whose condition is not answered yet, nor one by its address alone', () => {
    expect(addresses({})).not.toContain('konto')
    expect(findPage(form, one, 'konto', today)).toBeUndefined()
    expect(validateStep(form, 'konto', one, today)).toMatchObject({
      ok: false,
      issues: [{ type: 'forms/unknown-step' }],
    })
    expect(readStepBody(form, one, 'konto', { entries: [['/zahlung/iban', 'x']], ...today })).toBeUndefined()
    expect(findPage(form, one, 'hunde-3-rasse', today)).toBeUndefined()
    expect(findPage(form, one, 'hunde-0-rasse', today)).toBeUndefined()
  })
})

describe('repeating groups', () => {
  it('asks for another item again after one was added', () => {
    const asked = send(one, 'hunde', { [anotherName('hunde')]: 'true' })
    expect(nextStep(form, asked.typed, 'hunde', today)).toEqual({ kind: 'step', address: 'hunde-2-rasse' })
    const begun = send(asked.typed, 'hunde-2-rasse', {
      '/hunde/1/rufname': 'Asta',
      '/hunde/1/rasse': 'Dackel',
      '/hunde/1/geschlecht': 'weiblich',
    })
    expect(Object.hasOwn(begun.typed, anotherName('hunde'))).toBe(false)
    expect(addresses(begun.typed)).toContain('hunde-2-einstufung')
  })

  it('removes an item, moves the later ones up and asks again', () => {
    const removed = send(two, 'hunde', { action: 'remove:/hunde/0' })
    expect(removed.action).toEqual({ kind: 'remove-item', list: '/hunde', index: 0 })
    expect(removed.typed['/hunde/0/rufname']).toBe('Žofka')
    expect(Object.keys(removed.typed).some((name) => name.startsWith('/hunde/1/'))).toBe(false)
    expect(resumeStep(form, removed.typed, today)).toEqual({ kind: 'step', address: 'hunde' })
  })

  it('takes no more items than the maximum and then asks for none', () => {
    const five = typedOf('fünf Hunde, mehr geht nicht')
    const six = { ...five, '/hunde/5/rufname': 'Zuviel' }
    const result = validateAll(form, six, today)
    expect(result.ok && result.answers['hunde']).toHaveLength(5)
    expect(nextStep(form, { ...six, [anotherName('hunde')]: 'true' }, 'hunde', today)).toEqual({
      kind: 'step',
      address: 'ermaessigung',
    })
    expect(findPage(form, five, 'hunde-6-rasse', today)).toBeUndefined()
  })

  it('ignores an item begun after a gap', () => {
    const gap = { ...one, '/hunde/3/rufname': 'Niemand' }
    const result = validateAll(form, gap, today)
    expect(result.ok && result.answers['hunde']).toHaveLength(1)
  })
})

describe('pruning', () => {
  it('keeps no answer, and no file, of a branch that is not reached', () => {
    const hidden: Typed = {
      ...two,
      '/zahlung/art': 'ueberweisung',
      '/ermaessigung/grund': 'tierheim',
      '/ermaessigung/nachweis': [{ id: 'f1', name: 'a.pdf', mediaType: 'application/pdf', sizeBytes: 1 }],
    }
    const result = validateAll(form, hidden, today)
    expect(result.ok).toBe(true)
    const text = JSON.stringify(result)
    expect(text).not.toContain('DE02')
    expect(text).not.toContain('tierheim')
    expect(result.ok ? filesOf(form, result.answers).map(({ file }) => file.id) : []).not.toContain('f1')
    expect(filesIn(hidden).map(({ file }) => file.id)).toContain('f1')
    expect(reachable(form, hidden, today).has('/zahlung/iban')).toBe(false)
    expect(reachable(form, hidden, today).has('/zahlung/art')).toBe(true)
  })

  it('stores the digest of the form with the answers', () => {
    const result = validateAll(form, one, today)
    expect(result.ok ? canonicalAnswers(form, result.answers).form : {}).toEqual({
      slug: 'hund-anmelden',
      id: 'S12000000001',
      version: '1.0.0',
      digest: form.digest,
      lang: 'de',
    })
  })
})

describe('readStepBody', () => {
  it('takes only what the page asks, the first value of each name, and counts absence as empty', () => {
    const entries: [string, string][] = [
      ['/halter/vornamen', 'Mara'],
      ['/halter/vornamen', 'Zweite'],
      ['/zahlung/iban', 'DE02120300000000202051'],
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['/__proto__/polluted', 'x'],
    ]
    const read = readStepBody(form, {}, 'name', { entries, ...today })
    expect(read?.typed).toEqual({ '/halter/vornamen': 'Mara', '/halter/familienname': '' })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('keeps what was typed wrong, so that it can be shown again', () => {
    const read = send({}, 'geburtsdatum', {
      '/halter/geburtsdatum/day': '31',
      '/halter/geburtsdatum/month': 'Feber',
      '/halter/geburtsdatum/year': '85',
    })
    expect(read.typed).toEqual({
      '/halter/geburtsdatum/day': '31',
      '/halter/geburtsdatum/month': 'Feber',
      '/halter/geburtsdatum/year': '85',
    })
    expect(validateStep(form, 'geburtsdatum', read.typed, today)).toMatchObject({
      ok: false,
      issues: [{ type: 'forms/date-real' }],
    })
  })

  it('cuts what is longer than 20,001 characters and finds it too long', () => {
    const read = send({}, 'name', { '/halter/vornamen': 'x'.repeat(1_000_000), '/halter/familienname': 'y' })
    expect(String(read.typed['/halter/vornamen'])).toHaveLength(20_001)
    expect(validateStep(form, 'name', read.typed, today)).toMatchObject({
      ok: false,
      issues: [{ type: 'forms/too-long' }],
    })
  })

  it('leaves uploads as they are, removes one by its button, and leaves on request', () => {
    const file = two['/unterlagen/nachweis']
    expect(send(two, 'unterlagen', {}).typed['/unterlagen/nachweis']).toEqual(file)
    const removed = send(two, 'unterlagen', { action: 'remove:/unterlagen/nachweis/example-1' })
    expect(removed.action).toEqual({ kind: 'remove-file', pointer: '/unterlagen/nachweis', fileId: 'example-1' })
    expect(removed.typed['/unterlagen/nachweis']).toEqual([])
    expect(send(two, 'name', { action: 'remove:/unterlagen/nachweis/example-1' }).action).toEqual({ kind: 'continue' })
    expect(send(two, 'name', { action: 'remove:/hunde/0' }).action).toEqual({ kind: 'continue' })
    expect(send(two, 'name', { action: 'leave' }).action).toEqual({ kind: 'leave' })
  })

  it('shows a refused upload on its page until the page is sent again or another file comes', () => {
    const refused = refuseFile(one, '/unterlagen/nachweis', 'forms/file-virus')
    const issue = { pointer: '/unterlagen/nachweis', type: 'forms/file-virus' }
    expect(validateStep(form, 'unterlagen', refused, today)).toMatchObject({ ok: false, issues: [issue] })
    expect(validateStep(form, 'unterlagen', send(refused, 'unterlagen', {}).typed, today)).toEqual({ ok: true })
    const file = { id: 'f2', name: 'b.pdf', mediaType: 'application/pdf', sizeBytes: 9 }
    expect(validateStep(form, 'unterlagen', addFile(refused, issue.pointer, file), today)).toEqual({ ok: true })
    expect(refuseFile(one, issue.pointer, '<script>')[`${issue.pointer}/!`]).toBe('forms/file-type')
  })
})
