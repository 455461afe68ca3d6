import * as v from 'valibot'
import { QUERY_LENGTH_MAX } from './search.ts'

/** What a person typed into the search field. */
export const Query = v.optional(v.pipe(v.string(), v.maxLength(QUERY_LENGTH_MAX)), '')
