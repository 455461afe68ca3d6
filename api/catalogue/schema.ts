import * as v from 'valibot'
import { QUERY_LENGTH_MAX } from './search.ts'

/** What a person typed into the search field. */
export const Query = v.optional(v.pipe(v.string(), v.maxLength(QUERY_LENGTH_MAX)), '')

/** Language of a page as BCP 47 tag; one that a page is not there in is not found. */
export const Lang = v.optional(v.pipe(v.string(), v.maxLength(100)))
