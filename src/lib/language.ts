/** The language this browser was switched to; null where nobody chose one. */
export const chosenLanguage = (request: Request): string | null =>
  /(?:^|;\s*)sprache=(de|dsb|en)(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? null
