/** Backgrounds on which the accent is shown, and the text shown on it; from the styles' tokens. */
const SURFACES = {
  light: { paper: '#ffffff', soft: '#eef4f4', hued: '#f3f4f7', 'text on accent': '#ffffff' },
  dark: { paper: '#101218', soft: '#12282c', hued: '#191c26', 'text on accent': '#06181b' },
} as const

/** Least contrast of text (WCAG 2.2, 1.4.3). */
export const CONTRAST_MIN = 4.5

export type WeakPair = { readonly mode: 'light' | 'dark'; readonly surface: string; readonly ratio: number }

/** Contrast ratio of two colours `#rrggbb`, 1 to 21 (WCAG 2.2, relative luminance). */
export function contrast(first: string, second: string): number {
  const [lighter = 0, darker = 0] = [luminance(first), luminance(second)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Pairs of the city's accent that are below 4.5:1, with the measured ratio rounded down to two digits. */
export function weakPairs(accent: { readonly light: string; readonly dark: string }): readonly WeakPair[] {
  return (['light', 'dark'] as const).flatMap((mode) =>
    Object.entries(SURFACES[mode])
      .map(([surface, colour]) => ({ mode, surface, ratio: Math.floor(contrast(accent[mode], colour) * 100) / 100 }))
      .filter(({ ratio }) => ratio < CONTRAST_MIN),
  )
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
