/** How sure it is who somebody is (eIDAS); `none` is a guest. In order, the weakest first. */
export const TRUST_LEVELS = ['none', 'basic', 'substantial', 'high'] as const
export type TrustLevel = (typeof TRUST_LEVELS)[number]

/** Whether a level is as good as another. */
export const isAtLeast = (has: TrustLevel, needed: TrustLevel): boolean =>
  TRUST_LEVELS.indexOf(has) >= TRUST_LEVELS.indexOf(needed)

/** The weaker of two levels. */
export const weaker = (one: TrustLevel, other: TrustLevel): TrustLevel => (isAtLeast(one, other) ? other : one)

/** The stronger of two levels. */
export const stronger = (one: TrustLevel, other: TrustLevel): TrustLevel => (isAtLeast(one, other) ? one : other)
