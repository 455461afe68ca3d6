import { benchForm } from './form.ts'
import { benchLighthouse } from './lighthouse.ts'
import { benchLargeUpload, benchStart } from './memory.ts'
import { benchPublish } from './publish.ts'
import { printVerdicts, type Verdict } from './report.ts'
import { benchStatic, benchVisitors } from './static.ts'
import { benchSubmit } from './submit.ts'
import { benchUpload } from './upload.ts'

/** Every bench by name: `npm run bench -- submit static`. Without a name all run. */
const benches: Record<string, () => Promise<readonly Verdict[]>> = {
  form: benchForm,
  publish: benchPublish,
  submit: benchSubmit,
  upload: benchUpload,
  'large-upload': benchLargeUpload,
  start: benchStart,
  static: benchStatic,
  visitors: benchVisitors,
  lighthouse: benchLighthouse,
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  console.error(`unknown bench ${unknown.join(', ')}; there are: ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}
const verdicts: Verdict[] = []
for (const [name, bench] of Object.entries(benches)) {
  if (names.length === 0 || names.includes(name)) {
    console.log(`\n── ${name} ──`)
    verdicts.push(...(await bench()))
  }
}
printVerdicts(verdicts)
