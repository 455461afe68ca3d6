import type { KeyAnswer, KeyCommand } from '../../db/writer-protocol.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { JournalCtx } from '../journal/service.ts'

/** What operating needs of a running town. */
export type OperationsCtx = DocumentsCtx &
  JournalCtx & {
    readonly dataDir: string
    readonly appVersion: string
    /** The writer's door to `keys.db`. */
    readonly keyCommand: (command: KeyCommand) => Promise<KeyAnswer>
  }
/** Takes lines for the operator about how far an operation is. */
export type Say = (line: string) => void
