/** What a function of FEEL takes and gives. `entry`: an entry of its list; `same`: the type of its first value. */
export type FunctionShape = {
  readonly min: number
  readonly max: number
  readonly takes: readonly ('string' | 'number' | 'boolean' | 'date' | 'duration' | 'list' | 'any')[]
  readonly gives: 'string' | 'number' | 'boolean' | 'date' | 'duration' | 'entry' | 'same' | 'unknown'
}

/**
 * The functions an expression may call: those whose time is bounded by the length of what they get.
 * Deliberately absent: `matches`, `replace`, `split` (backtracking patterns), `now`, `today` (the machine's clock),
 * `sort` and anything that takes a function.
 */
export const FEEL_FUNCTIONS: Readonly<Record<string, FunctionShape>> = {
  not: { min: 1, max: 1, takes: ['boolean'], gives: 'boolean' },
  count: { min: 1, max: 1, takes: ['list'], gives: 'number' },
  sum: { min: 1, max: 1, takes: ['list'], gives: 'number' },
  min: { min: 1, max: 10, takes: ['any'], gives: 'unknown' },
  max: { min: 1, max: 10, takes: ['any'], gives: 'unknown' },
  all: { min: 1, max: 1, takes: ['list'], gives: 'boolean' },
  any: { min: 1, max: 1, takes: ['list'], gives: 'boolean' },
  'list contains': { min: 2, max: 2, takes: ['list', 'any'], gives: 'boolean' },
  'distinct values': { min: 1, max: 1, takes: ['list'], gives: 'same' },
  contains: { min: 2, max: 2, takes: ['string'], gives: 'boolean' },
  'starts with': { min: 2, max: 2, takes: ['string'], gives: 'boolean' },
  'ends with': { min: 2, max: 2, takes: ['string'], gives: 'boolean' },
  'string length': { min: 1, max: 1, takes: ['string'], gives: 'number' },
  'upper case': { min: 1, max: 1, takes: ['string'], gives: 'string' },
  'lower case': { min: 1, max: 1, takes: ['string'], gives: 'string' },
  substring: { min: 2, max: 3, takes: ['string', 'number', 'number'], gives: 'string' },
  string: { min: 1, max: 1, takes: ['any'], gives: 'string' },
  number: { min: 1, max: 1, takes: ['string'], gives: 'number' },
  date: { min: 1, max: 3, takes: ['any'], gives: 'date' },
  duration: { min: 1, max: 1, takes: ['string'], gives: 'duration' },
  'years and months duration': { min: 2, max: 2, takes: ['date'], gives: 'duration' },
  abs: { min: 1, max: 1, takes: ['any'], gives: 'same' },
  floor: { min: 1, max: 2, takes: ['number'], gives: 'number' },
  ceiling: { min: 1, max: 2, takes: ['number'], gives: 'number' },
  modulo: { min: 2, max: 2, takes: ['number'], gives: 'number' },
  'round up': { min: 1, max: 2, takes: ['number'], gives: 'number' },
  'round down': { min: 1, max: 2, takes: ['number'], gives: 'number' },
  'round half up': { min: 1, max: 2, takes: ['number'], gives: 'number' },
}

/** What two values give: `left operator right`. */
export const ARITHMETIC: Readonly<Record<string, 'number' | 'string' | 'date' | 'duration'>> = {
  'number + number': 'number',
  'number - number': 'number',
  'number * number': 'number',
  'number / number': 'number',
  'string + string': 'string',
  'date + duration': 'date',
  'date - duration': 'date',
  'duration + date': 'date',
  'date - date': 'duration',
  'duration + duration': 'duration',
  'duration - duration': 'duration',
  'duration * number': 'duration',
}
