import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { FilePage, ServiceOverview, SheetPage } from '../editing/view.ts'
import { type Caller, problemOf } from './caller.ts'

/** The service that an editor makes of the dropped description and form of a boat's berth. */
export const BOAT_SLUG = 'bootsliegeplatz-beantragen'
export const BOAT_AT = `/editing/services/${BOAT_SLUG}`
/** Settings that a new service needs before it can be published. */
export const BOAT_SETTINGS = {
  postbox: 'umwelt',
  trustLevel: 'none',
  filePlan: '36.1',
  retention: 'ordnung-5',
} as const

/** Files of the specimen service and foreign processes, by the name under which an editor drops them. */
const FILES: Readonly<Record<string, string>> = {
  'boat.xml': '../editing/testing/boat.xml',
  'boat-catalogue.xml': '../editing/testing/boat-catalogue.xml',
  'ablauf.bpmn': '../workflow/testing/pools.bpmn',
  'einfach.bpmn': '../workflow/testing/plain.bpmn',
  'eigener.bpmn': '../../content/services/baum-faellen/process.bpmn',
}
export const boatFile = (name: string): string => readFileSync(new URL(FILES[name] ?? name, import.meta.url), 'utf8')

/** A form with files as a browser sends it when an editor drops them. */
export function droppedFiles(...names: readonly string[]): FormData {
  const form = new FormData()
  for (const name of names) {
    form.append('files', new File([boatFile(name)], name))
  }
  return form
}

/** Drops description and form as an editor does; nothing is chosen yet. */
export async function dropBoat(editor: Caller): Promise<void> {
  expect((await editor.form('/editing/services', droppedFiles('boat.xml', 'boat-catalogue.xml'))).status).toBe(303)
}

/**
 * What an editor does again and again with one service.
 * @param editor whoever is at work; asked at each step, because they sign in after the tests were collected.
 */
export function deskOf(editor: () => Caller, at = BOAT_AT) {
  const page = (id: string): Promise<SheetPage> => editor().read<SheetPage>(`${at}/sheets/${id}`)
  return {
    overview: (): Promise<ServiceOverview> => editor().read<ServiceOverview>(at),
    page,
    sheet: async (id: string): Promise<SheetPage['sheet']> => (await page(id)).sheet,
    file: async (name = 'form.de.yaml'): Promise<string> => (await editor().read<FilePage>(`${at}/files/${name}`)).text,
    /** Saves a sheet as it was just seen. */
    save: async (id: string, values: Readonly<Record<string, string>>): Promise<Response> =>
      editor().post(`${at}/sheets/${id}`, { seen: (await page(id)).sheet.seen, ...values }),
  }
}

/** What is wrong in a sheet that was refused, by its rows. */
export async function sheetErrors(answer: Response) {
  const problem = await problemOf(answer)
  expect(problem).toMatchObject({ type: 'editing/sheet-refused', status: 422 })
  return problem.errors as readonly { pointer: string; type: string; params?: Record<string, unknown> }[]
}
