/** Hands one message to a specialist application. Resolves with what it answered; never throws for an answer. */
export type Connector = {
  readonly deliver: (message: ConnectorMessage) => Promise<DeliveryAnswer>
}
export type ConnectorMessage = {
  /** Same for every attempt: the receiver recognises a message it already has. */
  readonly id: string
  readonly atMs: number
  readonly body: string
}
export type DeliveryAnswer =
  | { readonly kind: 'accepted' }
  /** Worth another try: no answer, overload, a fault over there. */
  | { readonly kind: 'failed'; readonly status: string }
  /** The message itself is refused; somebody must look. */
  | { readonly kind: 'refused'; readonly status: string }
