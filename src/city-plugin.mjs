import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const file = new URL('../content/city.yaml', import.meta.url)
const isColor = (value) => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value)

/**
 * Adds the city's accent colours (`content/city.yaml`) to both stylesheets as custom properties when templates are built.
 * A style attribute or a style element would need an exception in the content security policy, a file of its own a request.
 */
export const cityColors = () => ({
  name: 'stadttor-city-colors',
  enforce: 'pre',
  transform(code, id) {
    if (!/\/styles\/(public|office)\.css$/.test(id)) {
      return
    }
    const accent = existsSync(file) ? (parse(readFileSync(file, 'utf8'))?.accent ?? {}) : {}
    const lines = ['light', 'dark']
      .filter((name) => isColor(accent[name]))
      .map((name) => `--city-${name}: ${accent[name]};`)
    return `${code}\n:root { ${lines.join(' ')} }\n`
  },
})
