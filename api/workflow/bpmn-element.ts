import type { Element } from 'bpmn-moddle'

/** A single part of an element, e.g. its condition; undefined where there is none. */
export function child(element: Element | undefined, name: string): Element | undefined {
  const value = element?.[name]
  return isElement(value) ? value : undefined
}

/** Parts of an element of which there may be many; empty where there are none. */
export function list(element: Element | undefined, name: string): readonly Element[] {
  const value = element?.[name]
  return Array.isArray(value) ? value.filter(isElement) : []
}

/** A text of an element; empty where there is none. */
export function textOf(element: Element | undefined, name: string): string {
  const value = element?.[name]
  return typeof value === 'string' ? value : ''
}

/** Id of the element that another one refers to. */
export const reference = (element: Element, name: string): string => textOf(child(element, name), 'id')

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && '$type' in value
}
