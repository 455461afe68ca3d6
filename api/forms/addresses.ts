import { type FileRef, type Typed, typedText } from './answers.ts'
import type { AddressPart, Field, Form } from './model.ts'
import { findStreet, townOf } from './streets.ts'
import type { Words } from './view.ts'

/** The field that is a part of the same address as another; absent where the address has no such part. */
export function partBeside(form: Form, field: Field, part: AddressPart): Field | undefined {
  const path = field.address === undefined ? undefined : form.groups.get(field.address.group)?.address?.[part]
  return path === undefined ? undefined : form.fields.get(path)
}

/**
 * Fills in the town that belongs to a postal code of the list where a page was sent without one, so that nobody has to type
 * it, with or without scripts. What was typed is never changed.
 */
export function withTown(
  form: Form,
  typed: Record<string, string | readonly FileRef[]>,
  asked: readonly { readonly field: Field; readonly pointer: string }[],
): void {
  for (const { field, pointer } of asked) {
    const code = field.address?.part === 'town' ? partBeside(form, field, 'postalCode') : undefined
    if (form.streets !== undefined && code !== undefined && typedText(typed, pointer).trim() === '') {
      const town = townOf(form.streets, typedText(typed, besidePointer(pointer, field, code)))
      if (town !== undefined) {
        typed[pointer] = town
      }
    }
  }
}

/** Pointer of a field in the same item as another. */
const besidePointer = (pointer: string, field: Field, other: Field): string =>
  `${pointer.slice(0, pointer.length - field.tail.length)}${other.tail}`

/**
 * Says of a street of the town that the list does not have it, and what may have been meant. A note, never an error: new
 * streets are older than their lists. Nothing for addresses of elsewhere.
 */
export function streetNotice(
  form: Form,
  field: Field,
  at: { typed: Typed; pointer: string; words: Words },
): string | undefined {
  const { typed, pointer, words } = at
  const code = field.address?.part === 'street' ? partBeside(form, field, 'postalCode') : undefined
  const street = typedText(typed, pointer).trim()
  if (form.streets === undefined || code === undefined || street === '') {
    return undefined
  }
  const town = townOf(form.streets, typedText(typed, besidePointer(pointer, field, code)))
  const found = findStreet(form.streets, street)
  if (town === undefined || found.isKnown) {
    return undefined
  }
  return found.nearest === undefined
    ? words('forms.street-unknown', { town })
    : words('forms.street-near', { town, street: found.nearest })
}
