import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Caller } from './caller.ts'

/** The service that an editor makes of the dropped description and form of a boat's berth. */
export const BOAT_SLUG = 'bootsliegeplatz-beantragen'

/** Drops both files as an editor does; nothing is chosen yet. */
export async function dropBoat(editor: Caller): Promise<void> {
  const form = new FormData()
  for (const name of ['boat.xml', 'boat-catalogue.xml']) {
    const bytes = readFileSync(new URL(`../editing/testing/${name}`, import.meta.url))
    form.append('files', new File([bytes], name))
  }
  expect((await editor.form('/editing/services', form)).status).toBe(303)
}
