import { type Building, type Row, recordAt, row } from './sheet-rows.ts'
import { yamlAt } from './yaml-edit.ts'

/** Everything people read of a process: status page, tasks of the clerks, mails. */
export function processRows({ source }: Building): readonly Row[] {
  if (yamlAt(source, ['states']) === undefined) {
    return []
  }
  return [
    ...stageRows(source),
    ...Object.keys(recordAt(source, 'states')).flatMap((id) => stateRows(source, id)),
    ...Object.keys(recordAt(source, 'tasks')).flatMap((id) => taskRows(source, id)),
    ...Object.keys(recordAt(source, 'messages')).flatMap((id) => mailRows(source, id)),
    ...(yamlAt(source, ['withdrawal']) === undefined
      ? []
      : [row(source, 'withdrawal/consequences', 'lines', { group: 'withdrawal', label: 'withdrawal' })]),
  ]
}

function stageRows(source: string): readonly Row[] {
  const stages = yamlAt(source, ['stages'])
  return (Array.isArray(stages) ? stages : []).map((_, index) =>
    row(source, `stages/${index}/title`, 'line', { group: 'stages', label: 'stage' }),
  )
}

function stateRows(source: string, id: string): readonly Row[] {
  const at = `states/${id}`
  const title = String(yamlAt(source, ['states', id, 'title']) ?? id)
  // Several steps are told in the same words: then the step says which one it is.
  const step = yamlAt(source, ['tasks', id, 'title'])
  const group = `state:${step === undefined ? title : `${title} (${String(step)})`}`
  return [
    row(source, `${at}/title`, 'line', { group, label: 'state-title' }),
    row(source, `${at}/sentence`, 'text', { group, label: 'state-sentence' }),
    row(source, `${at}/who`, 'line', { group, label: 'state-who' }),
    row(source, `${at}/until`, 'line', { group, label: 'state-until' }),
  ]
}

function taskRows(source: string, id: string): readonly Row[] {
  const at = `tasks/${id}`
  const group = `task:${String(yamlAt(source, ['tasks', id, 'title']) ?? id)}`
  return [
    row(source, `${at}/title`, 'line', { group, label: 'task-title' }),
    row(source, `${at}/action`, 'line', { group, label: 'task-action' }),
    ...Object.keys(recordAt(source, 'tasks', id, 'outcomes')).flatMap((outcome) => [
      row(source, `${at}/outcomes/${outcome}/label`, 'line', { group, label: 'outcome-label' }),
      row(source, `${at}/outcomes/${outcome}/hint`, 'text', { group, label: 'outcome-hint' }),
      row(source, `${at}/outcomes/${outcome}/done`, 'line', { group, label: 'outcome-done' }),
    ]),
  ]
}

function mailRows(source: string, id: string): readonly Row[] {
  const group = `mail:${id}`
  return [
    row(source, `messages/${id}/subject`, 'line', { group, label: 'mail-subject' }),
    row(source, `messages/${id}/text`, 'text', { group, label: 'mail-text' }),
  ]
}
