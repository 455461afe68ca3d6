/** Places at which a test can kill the process: within an upload, before its rename, after an outbox delivery. */
export type FailPhase = 'upload' | 'rename' | 'outbox'
export type Failpoint = (phase: FailPhase) => void

/** Failpoint of a normal process: never dies. */
export const noFailpoint: Failpoint = () => undefined

/**
 * Makes the failpoint of `STADTTOR_FAILPOINT=<phase>:<n>`: the process dies by SIGKILL the n-th time it comes by.
 * Phases of the writer (`before-commit`, `after-commit`) are not counted here but in its thread.
 */
export function createFailpoint(spec: string | undefined): Failpoint {
  const [wanted, count = '1'] = (spec ?? '').split(':')
  let left = Number(count)
  return (phase) => {
    if (phase === wanted) {
      left -= 1
      if (left === 0) {
        process.kill(process.pid, 'SIGKILL')
      }
    }
  }
}

/** The writer's part of the same setting: dies at this point of the n-th group of batches. */
export function writerFailpoint(
  spec: string | undefined,
): { readonly at: 'before-commit' | 'after-commit'; readonly group: number } | undefined {
  const [at, group = '1'] = (spec ?? '').split(':')
  return at === 'before-commit' || at === 'after-commit' ? { at, group: Number(group) } : undefined
}
