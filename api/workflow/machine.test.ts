import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { chain, definitionOf, flow, userTask } from '../testing/processes.ts'
import { advance, mayComplete } from './machine.ts'
import type { Definition } from './model.ts'
import type { Advanced, ProcessEvent, ProcessState } from './state.ts'

const NOW = Date.UTC(2026, 10, 23, 9)
const DAY = 86_400_000
const start = (variables = {}): ProcessEvent => ({ type: 'start', variables })
const done = (task: string, outcome = 'ok', by = 'staff:a', values = {}): ProcessEvent => ({
  type: 'task-completed',
  task,
  outcome,
  by,
  values,
})
const message = (name: string, values = {}): ProcessEvent => ({ type: 'message', name, values })
const result = (key: string, ok = true, values = {}): ProcessEvent => ({ type: 'effect-result', key, ok, values })

type Moved = Extract<Advanced, { ok: true }>
/** Runs events one after the other; every one must be taken. */
function walk(definition: Definition, ...events: readonly ProcessEvent[]): Moved {
  let state: ProcessState | null = null
  let last: Advanced | undefined
  for (const event of events) {
    last = advance(definition, state, event, NOW)
    if (!last.ok) {
      throw new Error(`${event.type} refused: ${last.refusal} at ${last.at}`)
    }
    state = last.state
  }
  return last as Moved
}
const waitingAt = (moved: Moved): string[] => moved.state.tokens.map((token) => token.node).sort()

const START = '<bpmn:startEvent id="s"/>'
const END = '<bpmn:endEvent id="e"/>'
const service = (id: string, attributes = '', params = '') =>
  `<bpmn:serviceTask id="${id}" stadttor:effect="notify" ${attributes}><bpmn:extensionElements>${params}</bpmn:extensionElements></bpmn:serviceTask>`
const catchMessage = (id: string, ref = 'm_answer') =>
  `<bpmn:intermediateCatchEvent id="${id}"><bpmn:messageEventDefinition messageRef="${ref}"/></bpmn:intermediateCatchEvent>`
const timer = (iso: string) =>
  `<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">${iso}</bpmn:timeDuration></bpmn:timerEventDefinition>`
const boundary = (id: string, on: string, event: string, interrupts = true) =>
  `<bpmn:boundaryEvent id="${id}" attachedToRef="${on}" cancelActivity="${interrupts}">${event}</bpmn:boundaryEvent>`

describe('advance, one kind of node after the other', () => {
  it('waits for an answer with a service task as with a caught message, also where it says not to wait', async () => {
    for (const attributes of ['', 'stadttor:waits="false"']) {
      const definition = await definitionOf(
        `${START}${service('w', attributes).replace('"notify"', '"wait-for-answer"')}${END}${chain('s', 'w', 'e')}`,
      )
      const waiting = walk(definition, start())
      expect(waitingAt(waiting)).toEqual(['w'])
      expect(advance(definition, waiting.state, message('other'), NOW)).toMatchObject({ ok: false })
      expect(walk(definition, start(), message('answer-received')).state.status).toBe('ended')
    }
  })

  it('opens a task in its postbox with its due day, and ends with it', async () => {
    const definition = await definitionOf(
      `${START}${userTask('t', ['ok'], 'stadttor:due="P3D"')}${END}${chain('s', 't', 'e')}`,
    )
    const opened = walk(definition, start())
    expect(opened.tasks.opened).toEqual([
      { key: 't-1', node: 't', postbox: 'box', due: { kind: 'at', atMs: NOW + 3 * DAY } },
    ])
    const ended = walk(definition, start(), done('t-1'))
    expect(ended.state).toMatchObject({ status: 'ended', tokens: [], shown: 'e' })
    expect(ended.tasks.closed).toEqual([{ key: 't-1', node: 't', reason: 'completed' }])
  })

  it('chooses postbox and parameters by rule', async () => {
    const variables = '<bpmn:extensionElements><stadttor:variable name="amount" type="money"/></bpmn:extensionElements>'
    const definition = await definitionOf(
      `${variables}${START}${userTask('t').replace('"box"', '"=if amount &gt; 10000 then &quot;lead&quot; else &quot;team&quot;"')}${service('n', '', '<stadttor:param name="sum" value="=amount * 2"/>')}${END}${chain('s', 't', 'n', 'e')}`,
    )
    expect(walk(definition, start({ amount: 10_001 })).tasks.opened[0]?.postbox).toBe('lead')
    expect(walk(definition, start({ amount: 10_000 })).tasks.opened[0]?.postbox).toBe('team')
    expect(walk(definition, start({ amount: 5 }), done('t-1')).effects[0]?.params).toEqual({ sum: 10 })
    expect(advance(definition, null, start({ amount: 'much' }), NOW)).toMatchObject({ ok: false, refusal: 'bad-value' })
  })

  it('keeps declared variables only, so that no answer gets into the state by accident', async () => {
    const variables = '<bpmn:extensionElements><stadttor:variable name="known" type="string"/></bpmn:extensionElements>'
    const definition = await definitionOf(`${variables}${START}${userTask('t')}${END}${chain('s', 't', 'e')}`)
    expect(walk(definition, start({ known: 'a', name: 'Noack' })).state.variables).toEqual({ known: 'a' })
  })

  it('takes the way whose condition is true, else the default; a task that was never done makes none true', async () => {
    const definition = await definitionOf(
      `${START}${userTask('t', ['a', 'b'])}<bpmn:exclusiveGateway id="g" default="g_e"/>${userTask('x')}${END}<bpmn:endEvent id="e2"/>${chain('s', 't', 'g', 'e')}${flow('g', 'x', 't.outcome = "a"')}${flow('x', 'e2')}`,
    )
    expect(waitingAt(walk(definition, start(), done('t-1', 'a')))).toEqual(['x'])
    expect(walk(definition, start(), done('t-1', 'b')).state.shown).toBe('e')
  })

  it('waits at a join until every way has arrived', async () => {
    const definition = await definitionOf(
      `${START}<bpmn:parallelGateway id="f"/>${userTask('a')}${userTask('b')}<bpmn:parallelGateway id="j"/>${userTask('c')}${END}${chain('s', 'f', 'a', 'j', 'c', 'e')}${chain('f', 'b', 'j')}`,
    )
    expect(waitingAt(walk(definition, start()))).toEqual(['a', 'b'])
    expect(waitingAt(walk(definition, start(), done('a-1')))).toEqual(['b', 'j'])
    expect(waitingAt(walk(definition, start(), done('b-2'), done('a-1')))).toEqual(['c'])
  })

  it('emits an effect and waits for its result; a failure keeps it waiting, a later success goes on', async () => {
    const definition = await definitionOf(`${START}${service('n')}${userTask('t')}${END}${chain('s', 'n', 't', 'e')}`)
    expect(walk(definition, start()).effects).toEqual([{ key: 'n-1', node: 'n', type: 'notify', params: {} }])
    const failed = walk(definition, start(), result('n-1', false))
    expect(failed.state.tokens).toEqual([{ key: 'n-1', node: 'n', scope: '', failed: true }])
    expect(waitingAt(walk(definition, start(), result('n-1', false), result('n-1')))).toEqual(['t'])
  })

  it('does not wait for an effect that says so', async () => {
    const definition = await definitionOf(
      `${START}${service('n', 'stadttor:waits="false"')}${userTask('t')}${END}${chain('s', 'n', 't', 'e')}`,
    )
    const moved = walk(definition, start())
    expect([waitingAt(moved), moved.effects.length]).toEqual([['t'], 1])
    expect(advance(definition, moved.state, result('n-1'), NOW)).toMatchObject({ ok: false, refusal: 'not-waiting' })
  })

  it('waits for a message, and for a moment', async () => {
    const definition = await definitionOf(
      `${START}${catchMessage('c')}<bpmn:intermediateCatchEvent id="w">${timer('PT2H')}</bpmn:intermediateCatchEvent>${END}${chain('s', 'c', 'w', 'e')}`,
    )
    expect(advance(definition, walk(definition, start()).state, message('stop'), NOW)).toMatchObject({ ok: false })
    const waiting = walk(definition, start(), message('answer'))
    expect(waiting.timers.set).toEqual([{ key: 'w-2', node: 'w', due: { kind: 'at', atMs: NOW + 7_200_000 } }])
    expect(walk(definition, start(), message('answer'), { type: 'timer', key: 'w-2' }).state.status).toBe('ended')
  })

  it('reminds without interrupting, once', async () => {
    const definition = await definitionOf(
      `${START}${userTask('t')}${boundary('b', 't', timer('P1D'), false)}${service('n', 'stadttor:waits="false"')}${END}<bpmn:endEvent id="e2"/>${chain('s', 't', 'e')}${chain('b', 'n', 'e2')}`,
    )
    expect(walk(definition, start()).timers.set).toEqual([
      { key: 't-1/b', node: 'b', due: { kind: 'at', atMs: NOW + DAY } },
    ])
    const reminded = walk(definition, start(), { type: 'timer', key: 't-1/b' })
    expect([waitingAt(reminded), reminded.effects.length]).toEqual([['t'], 1])
    expect(advance(definition, reminded.state, { type: 'timer', key: 't-1/b' }, NOW)).toMatchObject({ ok: false })
    expect(walk(definition, start(), done('t-1')).timers.cancelled).toEqual(['t-1/b'])
  })

  it('interrupts a sub-process with all its tasks and timers by a message', async () => {
    const inner = `<bpmn:startEvent id="is"/><bpmn:parallelGateway id="if"/>${userTask('a')}${boundary('ab', 'a', timer('P1D'), false)}${userTask('b')}<bpmn:endEvent id="ie"/><bpmn:endEvent id="ie2"/><bpmn:endEvent id="ie3"/>${chain('is', 'if', 'a', 'ie')}${chain('if', 'b', 'ie2')}${flow('ab', 'ie3')}`
    const definition = await definitionOf(
      `${START}<bpmn:subProcess id="sub">${inner}</bpmn:subProcess>${boundary('x', 'sub', '<bpmn:messageEventDefinition messageRef="m_stop"/>')}${userTask('after')}${END}<bpmn:endEvent id="e2"/>${chain('s', 'sub', 'e')}${chain('x', 'after', 'e2')}`,
    )
    const stopped = walk(definition, start(), message('stop'))
    expect(waitingAt(stopped)).toEqual(['after'])
    expect(stopped.tasks.closed.map((task) => [task.node, task.reason])).toEqual([
      ['a', 'cancelled'],
      ['b', 'cancelled'],
    ])
    expect(stopped.timers.cancelled).toHaveLength(1)
    const finished = walk(definition, start(), done('a-2'), done('b-3'))
    expect(finished.state.status).toBe('ended')
  })

  it('ends everything at a terminate end', async () => {
    const definition = await definitionOf(
      `${START}<bpmn:parallelGateway id="f"/>${userTask('a')}${userTask('b')}<bpmn:endEvent id="x"><bpmn:terminateEventDefinition/></bpmn:endEvent>${END}${chain('s', 'f', 'a', 'x')}${chain('f', 'b', 'e')}`,
    )
    const ended = walk(definition, start(), done('a-1'))
    expect(ended.state).toMatchObject({ status: 'ended', tokens: [] })
    expect(ended.tasks.closed).toContainEqual({ key: 'b-2', node: 'b', reason: 'cancelled' })
  })
})

describe('advance, refusals leave the state as it was', () => {
  let definition: Definition
  let state: ProcessState
  beforeAll(async () => {
    definition = await definitionOf(
      `${START}${userTask('check', ['yes', 'no']).replace('id="no"', 'id="no" requires="reasons"')}${userTask('sign', ['ok'], 'stadttor:notBy="check"')}${END}${chain('s', 'check', 'sign', 'e')}`,
    )
    state = walk(definition, start()).state
  })

  it.each<[string, ProcessEvent, string]>([
    ['a second start', start(), 'already-started'],
    ['a task that is not open', done('check-9', 'yes'), 'not-waiting'],
    ['a name of an object as task', done('__proto__', 'yes'), 'not-waiting'],
    ['an outcome that the task does not have', done('check-1', 'maybe'), 'unknown-outcome'],
    ['a refusal without reasons', done('check-1', 'no'), 'missing-value'],
    ['a refusal with blank reasons', done('check-1', 'no', 'staff:a', { reasons: '  ' }), 'missing-value'],
    ['a message nobody waits for', message('answer'), 'not-waiting'],
    ['a timer that is not set', { type: 'timer', key: 'check-1/x' }, 'not-waiting'],
    ['a result of no effect', result('check-1'), 'not-waiting'],
  ])('%s', (_what, event, refusal) => {
    const before = JSON.stringify(state)
    expect(advance(definition, state, event, NOW)).toMatchObject({ ok: false, refusal })
    expect(JSON.stringify(state)).toBe(before)
  })

  it('anything before the start, after the end, or on another version of the process', async () => {
    expect(advance(definition, null, message('answer'), NOW)).toMatchObject({ refusal: 'not-started' })
    const ended = walk(definition, start(), done('check-1', 'yes', 'staff:a'), done('sign-2', 'ok', 'staff:b')).state
    expect(ended.status).toBe('ended')
    expect(advance(definition, ended, done('sign-2', 'ok', 'staff:b'), NOW)).toMatchObject({ refusal: 'ended' })
    const other = await definitionOf(`${START}${userTask('check')}${END}${chain('s', 'check', 'e')}`)
    expect(advance(other, state, done('check-1'), NOW)).toMatchObject({ refusal: 'other-definition' })
  })

  it('four eyes: the person who decided may not co-sign, another one may', () => {
    const decided = walk(definition, start(), done('check-1', 'yes', 'staff:a')).state
    expect(advance(definition, decided, done('sign-2', 'ok', 'staff:a'), NOW)).toMatchObject({ refusal: 'same-person' })
    expect(mayComplete(definition, decided, 'sign-2', 'staff:a')).toBe(false)
    expect(mayComplete(definition, decided, 'sign-2', 'staff:b')).toBe(true)
    expect(mayComplete(definition, decided, 'sign-9', 'staff:b')).toBe(false)
    expect(advance(definition, decided, done('sign-2', 'ok', 'staff:b'), NOW)).toMatchObject({ ok: true })
  })
})

describe('advance, for every sequence of events', () => {
  let definition: Definition
  beforeAll(async () => {
    const inner = `<bpmn:startEvent id="is"/>${service('ask', 'stadttor:waits="false"')}${catchMessage('ans')}<bpmn:endEvent id="ie"/>${chain('is', 'ask', 'ans', 'ie')}`
    definition = await definitionOf(
      `${START}<bpmn:parallelGateway id="f"/>${service('n')}${userTask('check', ['yes', 'more', 'stop'])}<bpmn:exclusiveGateway id="g" default="g_sign"/><bpmn:subProcess id="sub">${inner}</bpmn:subProcess>${boundary('rem', 'sub', timer('P1D'), false)}${service('mail')}<bpmn:endEvent id="re"/>${boundary('end', 'sub', '<bpmn:messageEventDefinition messageRef="m_stop"/>')}<bpmn:endEvent id="x"><bpmn:terminateEventDefinition/></bpmn:endEvent>${userTask('sign', ['ok', 'back'], 'stadttor:notBy="check"')}<bpmn:exclusiveGateway id="h" default="h_j"/><bpmn:parallelGateway id="j"/>${END}${chain('s', 'f', 'check', 'g', 'sign', 'h', 'j', 'e')}${chain('f', 'n', 'j')}${flow('g', 'sub', 'check.outcome = "more"')}${flow('g', 'x', 'check.outcome = "stop"')}${flow('sub', 'check')}${chain('rem', 'mail', 're')}${flow('end', 'x')}${flow('h', 'check', 'sign.outcome = "back"')}`,
    )
  })

  /** Picks an event by a number: mostly one that is awaited, else anything. */
  function eventFor(state: ProcessState | null, pick: number): ProcessEvent {
    const tokens = state?.tokens ?? []
    const token = tokens[pick % Math.max(1, tokens.length)]
    const outcome = ['yes', 'more', 'stop', 'ok', 'back'][pick % 5] ?? ''
    const key = pick % 7 === 0 ? `none-${pick}` : (token?.key ?? 'none')
    const events: readonly ProcessEvent[] = [
      done(key, outcome, `staff:${pick % 3}`),
      result(key, pick % 4 !== 0),
      message(pick % 9 === 0 ? 'stop' : 'answer'),
      { type: 'timer', key: `${key}/rem` },
      start(),
      { type: 'timer', key },
    ]
    return events[pick % events.length] ?? start()
  }

  it('never throws, loses no task, never wakes an ended process, and survives storage as JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { maxLength: 60 }), (picks) => {
        let state: ProcessState | null = walk(definition, start()).state
        const open = new Set(['check-1'])
        for (const pick of picks) {
          const event = eventFor(state, pick)
          const before: string = JSON.stringify(state)
          const moved: Advanced = advance(definition, state, event, NOW + pick)
          expect(JSON.stringify(state)).toBe(before)
          if (!moved.ok) {
            continue
          }
          expect(state?.status).toBe('running')
          for (const task of moved.tasks.closed) {
            expect(open.delete(task.key)).toBe(true)
          }
          for (const task of moved.tasks.opened) {
            open.add(task.key)
          }
          const waiting = moved.state.tokens.filter((token) => definition.nodes.get(token.node)?.kind === 'user')
          expect(new Set(waiting.map((token) => token.key))).toEqual(open)
          expect(moved.state.status === 'ended').toBe(moved.state.tokens.length === 0)
          const stored = JSON.parse(JSON.stringify(moved.state)) as ProcessState
          expect(stored).toStrictEqual(moved.state)
          state = stored
        }
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same answer to the same question', () => {
    const state = walk(definition, start()).state
    expect(advance(definition, state, done('check-1', 'more'), NOW)).toStrictEqual(
      advance(definition, state, done('check-1', 'more'), NOW),
    )
  })
})
