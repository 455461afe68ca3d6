/** Identifier of an object in the state's catalogue (XZuFi): agency and scheme say who named it; the scheme may be empty. */
export type Identifier = { readonly agency: string; readonly scheme: string; readonly value: string }

/**
 * Key of an identifier, safe as a file name on every system: parts joined by a dot, other signs as `~` and hex digits.
 * Capital letters are escaped too, because some file systems do not tell them apart.
 */
export const identifierKey = (id: Identifier): string => [id.agency, id.scheme, id.value].map(escapePart).join('.')

function escapePart(part: string): string {
  const safe = part.replace(/[^a-z0-9_-]/gu, (sign) => `~${(sign.codePointAt(0) ?? 0).toString(16)}~`)
  return safe === '' ? '-' : safe
}
