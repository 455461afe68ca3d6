/** Why a file could not be read: the last part of the finding's type, and the reason in English. */
export type OpenFault = { readonly type: string; readonly detail: string }

/** Opens one file of a feed by name. Throws {@link FeedUnreadable} before or while reading. */
export type OpenFile = (name: string) => AsyncIterable<Uint8Array>

/** A file of the feed cannot be read to its end. */
export class FeedUnreadable extends Error {
  readonly fault: OpenFault
  constructor(fault: OpenFault, cause?: unknown) {
    super(fault.detail, cause === undefined ? undefined : { cause })
    this.name = 'FeedUnreadable'
    this.fault = fault
  }
}
