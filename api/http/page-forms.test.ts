import { expect, it } from 'vitest'
import { formAddress } from './page-forms.ts'

const API = '/api/v1/editing/services'

it.each([
  ['/redaktion/formulare/', API],
  ['/redaktion/formulare/a-b/blatt/fee', `${API}/a-b/sheets/fee`],
  ['/redaktion/formulare/a-b?an=publish', `${API}/a-b/publish`],
  ['/redaktion/formulare/a-b/probe/0190-a/hund-1-name', `${API}/a-b/previews/0190-a/steps/hund-1-name`],
  ['/redaktion/formulare/a-b/probe/0190-a/name?aendern=1', `${API}/a-b/previews/0190-a/steps/name?changing=1`],
  ['/redaktion/formulare/a-b/probe/0190-a/..', null],
  ['/redaktion/formulare/a-b?an=../b/publish', null],
  ['/redaktion/formulare/a-b/probe/0190-a', null],
  ['/amt/', null],
])('a form that is sent to %s is for %s', (page, api) => {
  expect(formAddress(page)).toBe(api)
})
