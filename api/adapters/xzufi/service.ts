import type { Amount, CatalogueLink, CatalogueService, Localised, TextModule } from '../../content/mirror.ts'
import { type Identifier, identifierKey } from '../../lib/identifier.ts'
import { plainText, type RichText } from '../../lib/rich-text.ts'
import { below, child, children, codeOf, dayOf, durationOf, linesOf, richTextsOf, textOf } from './elements.ts'
import type { Element } from './xml.ts'

/**
 * A `leistung` as object of the mirror. Texts keep their module codes; the service's name is module 03 (Bezeichnung II, in plain
 * words), or 02 where 03 is missing. Amounts become cents.
 */
export function serviceOf(element: Element, id: Identifier): CatalogueService {
  const texts = children(element, 'modulText').map(textModuleOf)
  const fees = child(element, 'modulKosten')
  const deadlines = child(element, 'modulFrist')
  const processing = child(element, 'modulBearbeitungsdauer')
  return {
    format: 1,
    kind: 'service',
    key: identifierKey(id),
    id,
    leikaKeys: children(element, 'referenzLeiKa')
      .map((reference) => textOf(reference, 'code') ?? '')
      .filter((code) => /^99\d{12}$/.test(code)),
    name: nameOf(texts),
    texts: texts.filter((module) => module.code !== '' && module.code !== '02' && module.code !== '03'),
    fees: children(fees, 'kosten').map(amountOf),
    feesText: richTextsOf(fees, 'beschreibung'),
    deadlines: children(deadlines, 'frist').map(durationOf),
    deadlinesText: richTextsOf(deadlines, 'beschreibung'),
    processingTimes: children(processing, 'bearbeitungsdauer').map(durationOf),
    processingText: richTextsOf(processing, 'beschreibung'),
    keywords: keywordsOf(element),
    typing: children(element, 'typisierung').map((type) => textOf(type, 'code') ?? ''),
    ...approvalOf(element),
  }
}

function approvalOf(
  element: Element,
): Pick<CatalogueService, 'trustLevel' | 'approvedOn' | 'approvedBy' | 'updatedOn'> {
  const approval = child(element, 'modulFachlicheFreigabe')
  const trustLevel = codeOf(element, 'vertrauensniveau')
  const approvedOn = dayOf(textOf(approval, 'fachlichFreigegebenAm'))
  const approvedBy = linesOf(approval, 'fachlichFreigegebenDurch')
  const version = child(element, 'versionsinformation')
  const updatedOn = dayOf(textOf(version, 'geaendertDatumZeit') ?? textOf(version, 'erstelltDatumZeit'))
  return {
    ...(trustLevel === undefined ? {} : { trustLevel }),
    ...(approvedOn === undefined ? {} : { approvedOn }),
    ...(Object.keys(approvedBy).length === 0 ? {} : { approvedBy }),
    ...(updatedOn === undefined ? {} : { updatedOn }),
  }
}

const textModuleOf = (element: Element): TextModule => ({
  code: codeOf(element, 'leikaTextmodul') ?? '',
  text: richTextsOf(element, 'inhalt'),
  links: children(element, 'weiterfuehrenderLink').flatMap(linkOf),
})

function linkOf(element: Element): readonly CatalogueLink[] {
  const uri = textOf(element, 'uri')
  if (uri === undefined || !/^https?:\/\//.test(uri) || uri.length > 2000 || !URL.canParse(uri)) {
    return []
  }
  const title = textOf(element, 'titel')
  const lang = element.attributes['languageCode']
  return [{ uri, ...(title === undefined ? {} : { title }), ...(lang === undefined ? {} : { lang }) }]
}

/** A language that has the plain name is called by it, another by its official one. */
function nameOf(texts: readonly TextModule[]): Localised<string> {
  const names = ['02', '03'].flatMap((wanted) => {
    const module = texts.find(({ code }) => code === wanted)
    return Object.entries<RichText>(module?.text ?? {}).map(([lang, text]) => [lang, plainText(text)] as const)
  })
  return Object.fromEntries(names)
}

function amountOf(element: Element): Amount {
  const type = codeOf(element, 'typ')
  const fixed = centsOf(below(element, 'betrag'))
  const from = centsOf(below(element, 'betragUntergrenze'))
  const to = centsOf(below(element, 'betragObergrenze'))
  const chosen = child(element, 'kostenauswahl')
  const [kind] = chosen?.children.filter(({ name }) => /^kosten(fix|frei|variabel)$/i.test(name)) ?? []
  // Some makers name the kind by an attribute, others by an element of its own.
  const choice = kind ?? chosen
  const note = {
    ...linesOf(choice, 'beschreibungKostenfreiheit'),
    ...linesOf(choice, 'beschreibungVariabilitaet'),
    ...linesOf(element, 'beschreibung'),
  }
  const base = { ...(type === undefined ? {} : { type }), note }
  if (fixed !== undefined) {
    return { ...base, kind: 'fixed', fromCents: fixed.cents, currency: fixed.currency }
  }
  if (from !== undefined || to !== undefined) {
    return {
      ...base,
      kind: 'range',
      ...(from === undefined ? {} : { fromCents: from.cents }),
      ...(to === undefined ? {} : { toCents: to.cents }),
      currency: (from ?? to)?.currency ?? 'EUR',
    }
  }
  const isFree =
    below(element, 'beschreibungKostenfreiheit') !== undefined ||
    /KostenFrei$/i.test(choice?.attributes['type'] ?? choice?.name ?? '')
  return { ...base, kind: isFree === true ? 'free' : 'range' }
}

/** A decimal amount with a dot or comma as integer cents; more than two digits after it are refused as no amount. */
function centsOf(element: Element | undefined): { readonly cents: number; readonly currency: string } | undefined {
  const [, whole = '', part = ''] = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(element?.text.trim() ?? '') ?? []
  if (element === undefined || whole === '') {
    return undefined
  }
  const currency = element.attributes['currencyCode'] ?? 'EUR'
  return {
    cents: Number(whole) * 100 + Number(part.padEnd(2, '0')),
    currency: /^[A-Z]{3}$/.test(currency) ? currency : 'EUR',
  }
}

/** What people look for, in every language that the catalogue has it in. */
function keywordsOf(element: Element): readonly string[] {
  const terms = children(element, 'modulBegriffImKontext').flatMap((module) => children(module, 'begriffImKontext'))
  return [...new Set(terms.flatMap((term) => Object.values(linesOf(term, 'begriff'))))]
}
