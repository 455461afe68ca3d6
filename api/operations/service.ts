/* Operating a town: back up, restore, verify. Used by the admin socket and the commands, not by routes. */
export { type BackupReport, createBackup } from './backup.ts'
export type { OperationsCtx, Say } from './context.ts'
export { OperationRefused } from './files.ts'
export { backUpKeys } from './keys-backup.ts'
export { type RestoreOptions, restoreBackup } from './restore.ts'
export { type VerifyReport, verifyTown } from './verify.ts'
