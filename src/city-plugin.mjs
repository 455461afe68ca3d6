import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const file = new URL('../content/city.yaml', import.meta.url)
const isColor = (value) => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value)

/**
 * Gives `virtual:city.css`: the city's accent colours as custom properties, read when templates are built.
 * A style attribute or a style element would need an exception in the content security policy.
 */
export const cityColors = () => ({
  name: 'stadttor-city-colors',
  resolveId: (id) => (id === 'virtual:city.css' ? '\0virtual:city.css' : undefined),
  load(id) {
    if (id !== '\0virtual:city.css') {
      return
    }
    const accent = existsSync(file) ? (parse(readFileSync(file, 'utf8'))?.accent ?? {}) : {}
    const lines = ['light', 'dark']
      .filter((name) => isColor(accent[name]))
      .map((name) => `--city-${name}: ${accent[name]};`)
    return `:root { ${lines.join(' ')} }`
  },
})
