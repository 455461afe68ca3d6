import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { validExamples } from '../../e2e/support/examples.ts'
import { asAnswered, people } from './people.ts'
import { type Fate, plan } from './plan.ts'

describe('plan', () => {
  it('holds what a Tuesday holds: at least 60 Vorgänge, every fate, services that are there, the oldest first', () => {
    expect(plan.length).toBeGreaterThanOrEqual(60)
    const fates: readonly Fate[] = [
      'new',
      'taken',
      'asked',
      'answered',
      'drafted',
      'unpaid',
      'granted',
      'refused',
      'withdrawn',
      'objected',
      'called',
      'sorbian',
    ]
    expect(new Set(plan.map(({ fate }) => fate))).toEqual(new Set(fates))
    for (const service of new Set(plan.map((one) => one.service))) {
      expect(existsSync(join('content/services', service, 'process.bpmn')), service).toBe(true)
      expect(validExamples(service).length, service).toBeGreaterThan(0)
    }
    expect(plan.map(({ daysAgo }) => daysAgo)).toEqual(plan.map(({ daysAgo }) => daysAgo).toSorted((a, b) => b - a))
  })
})

describe('asAnswered', () => {
  it('puts another person into an example, address and mail too, and leaves the rest', () => {
    const person = { given: 'Ümit Can', family: 'Şahin', street: 'Am Stadtrand', number: '19', postalCode: '03042' }
    expect(asAnswered('Mara Łucja', person)).toBe('Ümit Can')
    expect(asAnswered('Mara Lehmann-Nowak', person)).toBe('Ümit Şahin')
    expect(asAnswered('mara.lehmann@beispiel.example', person)).toBe('umit.sahin@beispiel.example')
    expect(asAnswered('12 a', person)).toBe('19')
    expect(asAnswered('112 a', person)).toBe('112 a')
    expect(asAnswered('Bello', person)).toBe('Bello')
  })

  it('knows nobody twice', () => {
    expect(new Set(people.map(({ given, family }) => `${given} ${family}`)).size).toBe(people.length)
    expect(people.length).toBeGreaterThanOrEqual(plan.length)
  })
})
