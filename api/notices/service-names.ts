import type { Names } from '../lib/feel.ts'
import { readableNames } from './placeholders.ts'
import { feeName, NOTICE_NAMES } from './template.ts'

/** Every name that can stand in braces in a notice, by where it comes from. Names of fees as they are written there. */
export const noticePlaceholders = (form: Names, fees: readonly string[]) => ({
  form: readableNames(form),
  notice: readableNames(NOTICE_NAMES),
  fees: fees.map((id) => ({ id, name: `gebuehr.${feeName(id)}` })),
})
