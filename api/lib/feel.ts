/** An expression that was checked when it was loaded. Plain data. */
export type Rule = { readonly source: string; readonly uses: readonly string[] }
