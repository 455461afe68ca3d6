import { describe, expect, it } from 'vitest'
import { levelOf, PARTS, type ServiceParts } from '../catalogue/level.ts'
import { partOf } from './parts.ts'

const ALL = Object.fromEntries(PARTS.map((part) => [part, true])) as ServiceParts

describe('partOf', () => {
  it.each([
    ['form.xml', 'xml/malformed', 'form'],
    ['form.de.yaml', 'forms/kind', 'form'],
    ['form.de.yaml', 'forms/open-point', 'answered'],
    ['codelist.hafen.csv', 'csv/quotes', 'form'],
    ['process.bpmn', 'workflow/no-payment', 'process'],
    ['process.bpmn', 'workflow/no-fee', 'payment'],
    ['process.de.yaml', 'workflow/words', 'messages'],
    ['notice.approval.de.yaml', 'notices/value-missing', 'notices'],
    ['service.yaml', 'editing/no-postbox', 'settled'],
    ['examples.yaml', 'forms/example', 'settled'],
    ['anything.else', 'content/unknown-file', 'settled'],
  ])('%s with %s stands in the way of %s, and so of level 3', (name, type, part) => {
    const found = partOf({ file: `services/boot/${name}`, type })
    expect(found).toBe(part)
    expect(levelOf({ ...ALL, [found]: false }).level).toBeLessThan(3)
  })
})
