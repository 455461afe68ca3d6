/** Looks through bytes for malware. */
export type Scanner = {
  /** Rejects where nothing certain can be said (not reached, too large for it, an answer not understood): then the file stays where it is. */
  readonly scan: (source: AsyncIterable<Uint8Array>) => Promise<'clean' | 'infected'>
}
